const DAY_IN_MILLISECONDS = 86_400_000;

/**
 * Replaces characters that are invisible, or that change the order of other characters, by escapes such as `\u{202e}`.
 *
 * Names, tags and error messages are untrusted. Such a character could make a text look like another one.
 */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

/** Returns the full days from an instant to another one, both ISO 8601 texts; 0 if the first is later. */
export const daysBetween = (instant: string, at: string): number =>
  Math.max(0, Math.floor((Date.parse(at) - Date.parse(instant)) / DAY_IN_MILLISECONDS));

/** Returns the UTC date of an ISO 8601 text, such as `2026-01-31`. */
export const dateOf = (instant: string): string => new Date(instant).toISOString().slice(0, 10);

/** Formats an ISO 8601 text in UTC for reading, such as `2026-01-31 12:00:00 UTC`. */
export const instantOf = (instant: string): string =>
  `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Formats a count, such as `12,345`. */
export const count = (value: number): string => value.toLocaleString('en');

/** Formats a count with its noun, whose plural ends in `s`: `1 day`, `2 days`. */
export const countOf = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
