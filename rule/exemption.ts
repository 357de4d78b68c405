import { addDays } from './days.ts';

/** A tag that exempts a user, or why it does not. */
export type Exemption =
  | { readonly until: string; readonly problem?: never }
  | { readonly problem: string };

/** A day as a tag writes it, `2026-01-31`; nothing for what is no day of the calendar. */
const parseDay = (text: string): Date | undefined => {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // The 30th of February would be a day of March.
  return day?.toJSON()?.startsWith(text) ? day : undefined;
};

/**
 * Reads the value of the exemption tag: a UTC date, up to and including which the user is exempt.
 *
 * Boundary: the last millisecond of that day is exempt, the first of the next is not.
 */
export const readExemption = (value: string, at: Date): Exemption => {
  if (value === '') return { problem: 'is empty' };
  const day = parseDay(value);
  if (day === undefined) return { problem: 'is no date' };
  return at < addDays(day, 1) ? { until: value } : { problem: `expired ${value}` };
};
