import type { UserFacts } from '../evaluation/facts.ts';
import type { Verdict } from '../evaluation/verdict.ts';
import { type AdvicePolicy, adviseOn } from './advice.ts';
import { findAllowance } from './allowance.ts';
import type { Drift } from './drift.ts';
import { describeAllowance, describeViolation } from './violation.ts';

/**
 * An IAM user has at most `maxActiveAccessKeys` active access keys; with `countInactiveAccessKeys`, keys at all.
 *
 * Scenarios (test names carry the number):
 *   1  keys that count ≤ `maxActiveAccessKeys`, none included → COMPLIANT
 *   2  more                                               → NON_COMPLIANT, the annotation names the key to
 *      deactivate or to delete, the key to keep and why; or why none can be chosen; why its exemption does not hold;
 *      and the key that is active again after a runbook deactivated it
 *   3  more, exempt by a tag                              → COMPLIANT, the annotation names tag and date
 *   4  more, the newest younger than `rotationGraceDays`  → COMPLIANT, the annotation says until when
 * A user without keys to read is NOT_APPLICABLE: `change.ts` and `sweep.ts` say when.
 *
 * @param facts  with the last use of the keys that count where nothing allows them
 * @param drift  what the history tells of the keys, where it was read
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const evaluateSingleAccessKey = (
  facts: UserFacts,
  policy: AdvicePolicy,
  drift?: Drift,
): Verdict => {
  const allowance = findAllowance(facts, policy);
  if (allowance !== undefined) {
    const Annotation = describeAllowance(allowance, facts, policy);
    return { ComplianceType: 'COMPLIANT', ...(Annotation !== undefined && { Annotation }) };
  }
  const violation = { advice: adviseOn(facts.keys, policy), drift };
  return {
    ComplianceType: 'NON_COMPLIANT',
    Annotation: describeViolation(facts, violation, policy),
  };
};
