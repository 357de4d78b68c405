/** A day is 24 hours, whatever the calendar says. */
const DAY_IN_MILLISECONDS = 86_400_000;

/** An instant lies so many days, or more, before another. */
export const isDaysBefore = (instant: Date, days: number, at: Date): boolean =>
  at.getTime() - instant.getTime() >= days * DAY_IN_MILLISECONDS;

/** The instant so many days later, or earlier where they are negative. */
export const addDays = (instant: Date, days: number): Date =>
  new Date(instant.getTime() + days * DAY_IN_MILLISECONDS);

/** The UTC date of an instant, `2026-01-31`. */
export const date = (instant: Date): string => instant.toISOString().slice(0, 10);
