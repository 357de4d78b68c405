import { addDays } from './days.ts';

/** A tag that exempts a user, up to and including a day. */
export type ValidExemption = {
  readonly tag: string;
  readonly until: string;
  readonly problem?: never;
};

/** A tag that exempts a user, or why it does not. */
export type Exemption = ValidExemption | { readonly problem: string };

/** The key of the tag that exempts, if one does, and the instant of the evaluation. */
export type ExemptionPolicy = { readonly exemptionTagKey?: string | undefined; readonly at: Date };

/** A day as a tag writes it, `2026-01-31`; nothing for what is no day of the calendar. */
const parseDay = (text: string): Date | undefined => {
  // Stryker disable next-line Regex: without its $ nothing more would pass, as no time of day can follow one.
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // The 30th of February would be a day of March.
  return day?.toJSON()?.startsWith(text) ? day : undefined;
};

/**
 * Reads the value of the exemption tag: a UTC date, up to and including which the user is exempt; nothing where the
 * user has no such tag, or there is none to obey.
 *
 * Boundary: the last millisecond of that day is exempt, the first of the next is not.
 */
export const readExemption = (
  value: string | undefined,
  { exemptionTagKey: tag, at }: ExemptionPolicy,
): Exemption | undefined => {
  if (tag === undefined || value === undefined) return undefined;
  if (value === '') return { problem: 'is empty' };
  const day = parseDay(value);
  if (day === undefined) return { problem: 'is no date' };
  return at < addDays(day, 1) ? { tag, until: value } : { problem: `expired ${value}` };
};

/** The tag exempts; else there is none, or something is wrong with it. */
export const isExempt = (exemption: Exemption | undefined): exemption is ValidExemption =>
  exemption !== undefined && exemption.problem === undefined;

/** What is wrong with a tag that was meant to exempt, as a sentence of an annotation; nothing to say otherwise. */
export const describeProblem = (exemption: Exemption | undefined): string =>
  exemption?.problem === undefined ? '' : ` Exemption ${exemption.problem}.`;

/** How the annotation of an exempt user begins. */
const EXEMPT_UNTIL = 'Exempt until ';

/** By which tag a user is exempt, and until when, as the start of an annotation. */
export const describeExempt = ({ tag, until }: Pick<ValidExemption, 'tag' | 'until'>): string =>
  `${EXEMPT_UNTIL}${until} by the tag ${tag}: `;

/** The annotation was written of a user whom a tag exempts. */
export const isOfExemption = (annotation: string): boolean => annotation.startsWith(EXEMPT_UNTIL);
