import { isActive } from './access-key.ts';
import { findAllowance, type UserFacts } from './allowance.ts';
import { isWrittenOf } from './annotation.ts';
import { isDaysBefore } from './days.ts';
import type { RuleParameters } from './parameters.ts';
import { excessOf, type Verdict } from './single-access-key.ts';

/** What Config holds of a user: a verdict and the instant that it is ordered by. */
export type HeldResult = Verdict & { readonly OrderingTimestamp: Date };

/** The results that Config holds of a rule's users, by the user's id. */
export type HeldResults = ReadonlyMap<string, HeldResult>;

/** By what results are compared: the rule's parameters, and the instant of the run. */
export type ComparisonPolicy = RuleParameters & { readonly at: Date };

/** The result is of a later instant than the run: a newer run said it, and nothing replaces it. */
export const isNewer = ({ OrderingTimestamp }: HeldResult, at: Date): boolean =>
  OrderingTimestamp > at;

/** The result is `refreshDays` × 24 hours old or older: it is reported again, whatever it says. */
export const isDue = ({ OrderingTimestamp }: HeldResult, policy: ComparisonPolicy): boolean =>
  isDaysBefore(OrderingTimestamp, policy.refreshDays, policy.at);

/**
 * A violation that Config holds and that these keys still are; nothing when it has to be decided anew.
 *
 * Nothing allows the keys; they, the parameters and what is wrong with an exemption are the same, so only the keys' last
 * use can differ: it is asked for again when the result is due. What a person then does is decided on live state anyway.
 */
export const standingViolation = (
  held: HeldResult | undefined,
  facts: UserFacts,
  policy: ComparisonPolicy,
): Verdict | undefined => {
  if (held?.ComplianceType !== 'NON_COMPLIANT' || isDue(held, policy)) return undefined;
  if (findAllowance(facts, policy) !== undefined) return undefined;
  const { OrderingTimestamp: _, ...verdict } = held;
  const active = facts.keys.filter(isActive).map(({ AccessKeyId }) => AccessKeyId);
  const excess = { ...excessOf(facts, policy), minimumIdleDays: policy.minimumIdleDays };
  return isWrittenOf(held.Annotation ?? '', active, excess) ? verdict : undefined;
};
