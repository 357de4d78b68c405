import type { ComplianceType } from '@aws-sdk/client-config-service';
import { type AccessKey, isActive } from './access-key.ts';
import { describeViolation } from './annotation.ts';
import type { RuleParameters } from './parameters.ts';
import { chooseAccessKey } from './ranking.ts';

/** The rule's answer on one user: the members of an Evaluation that it decides. */
export type Verdict = {
  readonly ComplianceType: ComplianceType;
  readonly Annotation?: string | undefined;
};

/** The verdict on a user that is deleted, not recorded, out of scope or absent from IAM. */
export const NOT_APPLICABLE: Verdict = { ComplianceType: 'NOT_APPLICABLE' };

/** The user has more active keys than allowed; only then does the verdict need `LastUsedDate`. */
export const exceedsMaximum = (
  keys: readonly AccessKey[],
  { maxActiveAccessKeys }: Pick<RuleParameters, 'maxActiveAccessKeys'>,
): boolean => keys.filter(isActive).length > maxActiveAccessKeys;

/**
 * An IAM user has at most `maxActiveAccessKeys` active access keys.
 *
 * Scenarios (test names carry the number):
 *   1  active keys ≤ `maxActiveAccessKeys`, none included → COMPLIANT
 *   2  more                                               → NON_COMPLIANT, the annotation names the key to
 *      deactivate, the key to keep and why; or why none can be chosen
 * A user without keys to read is NOT_APPLICABLE: `change.ts` and `sweep.ts` say when.
 *
 * @param at  instant of the evaluation, supplied by Config, never by the system clock
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const evaluateSingleAccessKey = (
  keys: readonly AccessKey[],
  parameters: Pick<RuleParameters, 'maxActiveAccessKeys' | 'minimumIdleDays'>,
  at: Date,
): Verdict => {
  if (!exceedsMaximum(keys, parameters)) return { ComplianceType: 'COMPLIANT' };
  const policy = { minimumIdleDays: parameters.minimumIdleDays, at };
  const counts = {
    active: keys.filter(isActive).length,
    allowed: parameters.maxActiveAccessKeys,
  };
  return {
    ComplianceType: 'NON_COMPLIANT',
    Annotation: describeViolation(counts, chooseAccessKey(keys, policy), policy),
  };
};
