import type { ResourceEvaluation } from './evaluation.ts';
import {
  type ComparisonPolicy,
  type HeldResult,
  type HeldResults,
  isDue,
  isNewer,
} from './held-result.ts';

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
