/** A day is 24 hours, independent of calendars and time zones. */
const DAY_IN_MILLISECONDS = 86_400_000;

/** Tells whether an instant is the given number of days, or more, before another. */
export const isDaysBefore = (instant: Date, days: number, at: Date): boolean =>
  at.getTime() - instant.getTime() >= days * DAY_IN_MILLISECONDS;

/** Returns the instant the given number of days later, or earlier if the number is negative. */
export const addDays = (instant: Date, days: number): Date =>
  new Date(instant.getTime() + days * DAY_IN_MILLISECONDS);

/** Describes a number of days: `1 day`, `7 days`. */
export const countDays = (days: number): string => `${days} ${days === 1 ? 'day' : 'days'}`;

/** Returns the UTC date of an instant, such as `2026-01-31`. */
export const date = (instant: Date): string => instant.toISOString().slice(0, 10);
