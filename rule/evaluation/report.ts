import type { Evaluation } from '@aws-sdk/client-config-service';
import { RESOURCE_TYPE, type RecordedResult, type RecordedResults } from '../aws/config.ts';
import { isDaysBefore } from '../keys/days.ts';
import { conclusionOf } from './annotation.ts';
import type { UserResult } from './result.ts';
import type { UserRule } from './user-rule.ts';

/** The instant of the evaluation, and the time at which it is compared with recorded results. */
type Times = { readonly at: Date; readonly now: Date };

/** How results are compared: when, and which unchanged results are reported again how often. */
type ComparisonPolicy = Pick<UserRule, 'refreshDays' | 'refreshes'> & Times;

/** The milliseconds by which the clock of AWS Config may be ahead. */
const TOLERANCE = 15 * 60_000;

/** Tells whether a recorded result has a date in the future. No run can have recorded it, so it is wrong. */
const isInFuture = ({ OrderingTimestamp }: RecordedResult, { now }: Pick<Times, 'now'>): boolean =>
  OrderingTimestamp.getTime() > now.getTime() + TOLERANCE;

/**
 * Tells whether a run later than the evaluation has recorded the result. An older run must not replace it.
 *
 * Boundary: a result of the same instant is not newer, and neither is one of more than 15 minutes in the future.
 */
export const isNewer = (recorded: RecordedResult, times: Times): boolean =>
  recorded.OrderingTimestamp > times.at && !isInFuture(recorded, times);

/** A recorded result has a date in the future. AWS Config may drop every result that has an earlier date. */
export class FutureResultError extends Error {
  override readonly name = 'FutureResultError';
}

/**
 * Requires that no recorded result has a date in the future.
 *
 * @throws {FutureResultError} names the first such user and the date
 */
export const requireNoFutureResult = (
  recorded: RecordedResults,
  times: Pick<Times, 'now'>,
): void => {
  const wrong = [...recorded].filter(([, result]) => isInFuture(result, times));
  const [first] = wrong;
  if (first === undefined) return;
  const [UserId, { ComplianceType, OrderingTimestamp }] = first;
  throw new FutureResultError(
    `recorded result of ${UserId}: expected a date at most 15 minutes after ${times.now.toISOString()}, got ${ComplianceType} of ${OrderingTimestamp.toISOString()} (${wrong.length} such ${wrong.length === 1 ? 'result' : 'results'}): delete the results of the rule`,
  );
};

const isDifference = (
  result: UserResult,
  recorded: RecordedResult | undefined,
  policy: ComparisonPolicy,
): boolean => {
  if (recorded === undefined) return result.ComplianceType !== 'NOT_APPLICABLE';
  if (isNewer(recorded, policy)) return false;
  return (
    isInFuture(recorded, policy) ||
    result.ComplianceType !== recorded.ComplianceType ||
    conclusionOf(result.Annotation) !== conclusionOf(recorded.Annotation) ||
    ((policy.refreshes === 'all' || result.ComplianceType === 'NON_COMPLIANT') &&
      isDaysBefore(recorded.OrderingTimestamp, policy.refreshDays, policy.at))
  );
};

/**
 * Returns the results of a sweep to report. Unchanged results are omitted, because AWS Config bills every reported result.
 *
 * Scenarios:
 *   1  no recorded result                              → reported, unless NOT_APPLICABLE
 *   2  a recorded result of a later instant            → not reported
 *   3  another ComplianceType or conclusion            → reported
 *   4  the same, recorded `refreshDays` ago or earlier → reported, if the rule refreshes all results or it is NON_COMPLIANT
 *   5  the same, recorded later                        → not reported
 *   6  a recorded result of a date in the future       → reported
 * Boundary: a recorded result of the same instant is not later; one of exactly `refreshDays` × 24 hours ago is reported
 * again; with 0 days, each of the results in 4 is reported by every sweep.
 */
export const differences = (
  results: readonly UserResult[],
  recorded: RecordedResults,
  policy: ComparisonPolicy,
): readonly UserResult[] =>
  results.filter((result) => isDifference(result, recorded.get(result.UserId), policy));

/**
 * Reads the recorded results again at the end of a sweep and returns the results that differ from them.
 *
 * A sweep takes minutes. A newer run may have recorded a result meanwhile, and AWS does not document whether an older
 * result can replace it. If a recorded result has disappeared, a newer run has withdrawn it, so the sweep does not report it.
 *
 * @param recorded  the recorded results at the start of the sweep
 */
export const findDifferences = async (
  readResults: () => Promise<RecordedResults>,
  results: readonly UserResult[],
  { recorded, ...policy }: ComparisonPolicy & { readonly recorded: RecordedResults },
): Promise<readonly UserResult[]> => {
  if (differences(results, recorded, policy).length === 0) return [];
  const now = await readResults();
  return differences(results, now, policy).filter(
    ({ UserId }) => !recorded.has(UserId) || now.has(UserId),
  );
};

/** Converts the result of a user to an Evaluation for PutEvaluations. */
export const toEvaluation = (
  { UserId, ComplianceType, Annotation }: UserResult,
  OrderingTimestamp: Date,
): Evaluation => ({
  ComplianceResourceType: RESOURCE_TYPE,
  ComplianceResourceId: UserId,
  ComplianceType,
  ...(Annotation !== undefined && { Annotation }),
  OrderingTimestamp,
});
