import { differences } from './differences.ts';
import type { ResourceEvaluation } from './evaluation.ts';
import type { ComparisonPolicy, HeldResults } from './held-result.ts';

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
