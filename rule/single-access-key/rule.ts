import type { Verdict } from '../evaluation/evaluation.ts';
import { parseRuleParameters } from '../evaluation/parameters.ts';
import type { CreateRule, Evidence, UserFacts } from '../evaluation/user-rule.ts';
import { describeAllowance, describeViolation } from './annotation.ts';
import { countedKeys, findAllowance, tagToAskFor } from './compliance-reason.ts';
import { type Drift, findDrift, type KnownDrift, type RunbookRoles } from './drift.ts';
import { type AdvicePolicy, adviseOn } from './selection.ts';
import { standingViolation } from './standing-violation.ts';

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

/**
 * The rule `iam-user-single-access-key`.
 *
 * @param roles  of the runbooks, where drift is to be told: the history of keys is read when there is a violation
 */
export const singleAccessKeyRule =
  (roles?: RunbookRoles): CreateRule =>
  (inputParameters, at) => {
    const policy = { ...parseRuleParameters(inputParameters), at };
    const isViolation = (facts: UserFacts) => findAllowance(facts, policy) === undefined;
    const waits = ({ history }: Evidence) => roles !== undefined && history === undefined;
    const driftOf = ({ keys }: UserFacts, { history }: Evidence): KnownDrift => {
      if (roles === undefined || history === undefined) return undefined;
      const found = findDrift(keys, history, roles);
      return found === undefined && !history.isComplete ? 'unknown' : found;
    };
    const standing = (facts: UserFacts, evidence: Evidence) =>
      standingViolation(evidence.held, facts, { ...policy, drift: driftOf(facts, evidence) });

    return {
      at,
      refreshDays: policy.refreshDays,
      decidesByHistory: false,
      needs: (evidence) => ({
        tag: (facts) => tagToAskFor(facts, policy),
        lastUse: (facts) =>
          isViolation(facts) && !waits(evidence) && standing(facts, evidence) === undefined
            ? countedKeys(facts.keys, policy)
            : [],
      }),
      decide: (facts, evidence) => {
        if (isViolation(facts) && waits(evidence)) return undefined;
        const drift = driftOf(facts, evidence);
        return (
          standing(facts, evidence) ??
          evaluateSingleAccessKey(facts, policy, drift === 'unknown' ? undefined : drift)
        );
      },
    };
  };
