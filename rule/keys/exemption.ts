import { addDays } from './days.ts';

/** An exemption tag that exempts its user up to and including a UTC date. */
export type ValidExemption = {
  readonly tagKey: string;
  readonly until: string;
  readonly problem?: never;
};

/** An exemption tag that exempts its user, or the reason why it does not. */
export type Exemption = ValidExemption | { readonly problem: string };

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
  if (value === '') return { problem: 'is empty' };
  const day = parseDay(value);
  if (day === undefined) return { problem: 'is not a date' };
  return at < addDays(day, 1) ? { tagKey, until: value } : { problem: `expired ${value}` };
};

/** Tells whether the tag exempts the user. */
export const isExempt = (exemption: Exemption | undefined): exemption is ValidExemption =>
  exemption !== undefined && exemption.problem === undefined;

/** Describes why an exemption tag does not exempt, as a sentence with a leading space; empty if it does. */
export const describeProblem = (exemption: Exemption | undefined): string =>
  exemption?.problem === undefined ? '' : ` Exemption ${exemption.problem}.`;

/** Describes a valid exemption: `Exempt until 2026-12-31 by the tag keys-until`. */
export const describeExemption = ({ tagKey, until }: Pick<ValidExemption, 'tagKey' | 'until'>) =>
  `Exempt until ${until} by the tag ${tagKey}`;
