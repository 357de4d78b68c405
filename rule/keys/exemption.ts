import { addDays } from './days.ts';

/** An exemption tag that exempts its user up to and including a UTC date. */
export type ValidExemption = {
  readonly tagKey: string;
  readonly until: string;
  readonly problem?: never;
};

/** An exemption tag that does not exempt its user, and why. */
type InvalidExemption = {
  readonly tagKey: string;
  readonly value: string;
  readonly problem: 'NotADate' | 'Expired';
};

/** An exemption tag of a user. */
export type Exemption = ValidExemption | InvalidExemption;

/** The key of the exemption tag, if the rule has one, and the instant of the evaluation. */
type ExemptionPolicy = { readonly exemptionTagKey?: string | undefined; readonly at: Date };

/** Parses a date such as `2026-01-31`; returns undefined for any other text and for dates that do not exist. */
const parseDay = (text: string): Date | undefined => {
  const day = new Date(`${text}T00:00:00Z`);
  // Only a whole date survives the round trip: 2026-02-30 becomes a day in March.
  return day.toJSON()?.slice(0, 10) === text ? day : undefined;
};

/**
 * Reads the value of a user's exemption tag, a UTC date such as `2026-12-31`. Returns undefined if the user has no such
 * tag or the rule has no exemption tag.
 *
 * Boundary: the last millisecond of that day is exempt, the first of the next day is not.
 */
export const readExemption = (
  value: string | undefined,
  { exemptionTagKey: tagKey, at }: ExemptionPolicy,
): Exemption | undefined => {
  if (tagKey === undefined || value === undefined) return undefined;
  const day = parseDay(value);
  if (day === undefined) return { tagKey, value, problem: 'NotADate' };
  return at < addDays(day, 1) ? { tagKey, until: value } : { tagKey, value, problem: 'Expired' };
};

/** Tells whether the tag exempts the user. */
export const isExempt = (exemption: Exemption | undefined): exemption is ValidExemption =>
  exemption !== undefined && exemption.problem === undefined;

/** The maximum length of a tag value in an annotation, in characters. */
const SHOWN_LENGTH = 40;

/** Matches what a quoted value must not contain: its delimiter, parentheses, which mark evidence, and anything but ASCII. */
const UNSAFE = /[^\x20-\x7e]|['()\\]/g;

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Quotes a tag value, which is untrusted text: `'2026-12-31 '`, or `'2026-12-31 TICKET'...` if it is cut. */
const quote = (value: string): string => {
  const escaped = value.replace(UNSAFE, escapeCharacter);
  if (escaped.length <= SHOWN_LENGTH) return `'${escaped}'`;
  // The cut must not leave a part of an escape sequence.
  return `'${escaped.slice(0, SHOWN_LENGTH).replace(/\\u?[\da-f]{0,3}$/, '')}'...`;
};

const EXPECTED = {
  NotADate: 'a date such as 2026-12-31',
  Expired: 'a date that has not passed',
} as const;

const BRIEF = { NotADate: 'is not a date', Expired: 'has expired' } as const;

/**
 * Describes why an exemption tag does not exempt: a sentence with the tag, its value and what was expected, and a brief
 * sentence. Both have a leading space. They are empty if the user has no tag, or if the tag exempts.
 */
export const describeProblem = (
  exemption: Exemption | undefined,
): { readonly problem: string; readonly brief: string } => {
  if (exemption?.problem === undefined) return { problem: '', brief: '' };
  const { tagKey, value, problem } = exemption;
  return {
    problem: ` Exemption tag ${tagKey} is ${quote(value)}, expected ${EXPECTED[problem]}.`,
    brief: ` Exemption ${BRIEF[problem]}.`,
  };
};

/**
 * The pattern of the sentences of `describeProblem`. Neither the key of a tag nor a quoted value contains the delimiter, so
 * no value can continue after the sentence.
 */
export const PROBLEM_PATTERN = ` Exemption (?:tag [^']+ is '[^']*'(?:\\.{3})?, expected a date [\\w -]+|${Object.values(BRIEF).join('|')})\\.`;

/** Describes a valid exemption: `Exempt until 2026-12-31 by the tag keys-until`. */
export const describeExemption = ({ tagKey, until }: Pick<ValidExemption, 'tagKey' | 'until'>) =>
  `Exempt until ${until} by the tag ${tagKey}`;
