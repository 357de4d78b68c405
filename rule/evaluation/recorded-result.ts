import { isDaysBefore } from '../keys/days.ts';
import type { ResourceEvaluation, Verdict } from './evaluation.ts';
import type { UserRule } from './user-rule.ts';

/** What Config holds of a user: a verdict and the instant that it is ordered by. */
export type HeldResult = Verdict & { readonly OrderingTimestamp: Date };

/** The results that Config holds of a rule's users, by the user's id. */
export type HeldResults = ReadonlyMap<string, HeldResult>;

/** By what results are compared: how often they are refreshed, and the instant of the run. */
export type ComparisonPolicy = Pick<UserRule, 'refreshDays' | 'at'>;

/** The result is of a later instant than the run: a newer run said it, and nothing replaces it. */
export const isNewer = ({ OrderingTimestamp }: HeldResult, at: Date): boolean =>
  OrderingTimestamp > at;

/** The result is `refreshDays` × 24 hours old or older: it is reported again, whatever it says. */
export const isDue = ({ OrderingTimestamp }: HeldResult, policy: ComparisonPolicy): boolean =>
  isDaysBefore(OrderingTimestamp, policy.refreshDays, policy.at);

const isDifference = (
  evaluation: ResourceEvaluation,
  held: HeldResult | undefined,
  policy: ComparisonPolicy,
): boolean => {
  if (held === undefined) return evaluation.ComplianceType !== 'NOT_APPLICABLE';
  if (isNewer(held, policy.at)) return false;
  return (
    evaluation.ComplianceType !== held.ComplianceType ||
    evaluation.Annotation !== held.Annotation ||
    isDue(held, policy)
  );
};

/**
 * Of the results of a sweep, those that Config has to be told; it bills each one.
 *
 * Scenarios:
 *   1  Config holds nothing of the user                   → reported, but for NOT_APPLICABLE: that is what it is
 *   2  Config holds a result of a later instant           → not reported: a newer run said it
 *   3  another ComplianceType or another annotation       → reported
 *   4  the same, `refreshDays` old or older               → reported
 *   5  the same, younger                                  → not reported
 * Boundary: a result of this very instant is not later; one of exactly `refreshDays` × 24 hours is old; 0
 * days is always old.
 */
export const differences = (
  evaluations: readonly ResourceEvaluation[],
  held: HeldResults,
  policy: ComparisonPolicy,
): readonly ResourceEvaluation[] =>
  evaluations.filter((evaluation) =>
    isDifference(evaluation, held.get(evaluation.ComplianceResourceId), policy),
  );

/** How results are compared with what Config held before the sweep. */
type Comparison = ComparisonPolicy & { readonly held: HeldResults };

/**
 * What a sweep has to tell Config: the differences from what it holds.
 *
 * A sweep takes minutes, and AWS does not say that an older result never replaces a newer one: before anything is
 * told, what Config holds is read once more. A result that is gone by then was taken back by a newer run, as the
 * user is.
 */
export const findDifferences = async (
  readResults: () => Promise<HeldResults>,
  evaluations: readonly ResourceEvaluation[],
  { held, ...policy }: Comparison,
): Promise<readonly ResourceEvaluation[]> => {
  if (differences(evaluations, held, policy).length === 0) return [];
  const now = await readResults();
  const isTakenBack = ({ ComplianceResourceId: id }: ResourceEvaluation) =>
    held.has(id) && !now.has(id);
  return differences(evaluations, now, policy).filter((evaluation) => !isTakenBack(evaluation));
};
