import type { ComplianceType } from '@aws-sdk/client-config-service';
import { isActive } from './access-key.ts';
import { type AllowancePolicy, exemptionOf, findAllowance, type UserFacts } from './allowance.ts';
import { describeAllowance, describeViolation, type Excess } from './annotation.ts';
import type { RuleParameters } from './parameters.ts';
import { chooseAccessKey } from './ranking.ts';

/** The rule's answer on one user: the members of an Evaluation that it decides. */
export type Verdict = {
  readonly ComplianceType: ComplianceType;
  readonly Annotation?: string | undefined;
};

/** The verdict on a user that is deleted, not recorded, out of scope or absent from IAM. */
export const NOT_APPLICABLE: Verdict = { ComplianceType: 'NOT_APPLICABLE' };

/** By what the verdict is decided. */
type VerdictParameters = Omit<RuleParameters, 'refreshDays'>;

/** How many keys a user has and may have, as its annotation says it. */
export const excessOf = (facts: UserFacts, policy: AllowancePolicy): Excess => ({
  active: facts.keys.filter(isActive).length,
  allowed: policy.maxActiveAccessKeys,
  exemptionProblem: exemptionOf(facts, policy)?.problem,
});

/**
 * An IAM user has at most `maxActiveAccessKeys` active access keys.
 *
 * Scenarios (test names carry the number):
 *   1  active keys ≤ `maxActiveAccessKeys`, none included → COMPLIANT
 *   2  more                                               → NON_COMPLIANT, the annotation names the key to
 *      deactivate, the key to keep and why; or why none can be chosen; and why its exemption does not hold
 *   3  more, exempt by a tag                              → COMPLIANT, the annotation names tag and date
 *   4  more, the newest younger than `rotationGraceDays`  → COMPLIANT, the annotation says until when
 * A user without keys to read is NOT_APPLICABLE: `change.ts` and `sweep.ts` say when.
 *
 * @param facts  with the last use of the active keys where nothing allows them
 * @param at     instant of the evaluation, supplied by Config, never by the system clock
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const evaluateSingleAccessKey = (
  facts: UserFacts,
  parameters: VerdictParameters,
  at: Date,
): Verdict => {
  const policy = { ...parameters, at };
  const excess = excessOf(facts, policy);
  const allowance = findAllowance(facts, policy);
  if (allowance !== undefined) {
    const Annotation = describeAllowance(allowance, excess);
    return { ComplianceType: 'COMPLIANT', ...(Annotation !== undefined && { Annotation }) };
  }
  return {
    ComplianceType: 'NON_COMPLIANT',
    Annotation: describeViolation(excess, chooseAccessKey(facts.keys, policy), policy),
  };
};
