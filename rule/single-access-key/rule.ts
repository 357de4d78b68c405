import { toAnnotation } from '../evaluation/annotation.ts';
import { parseRuleParameters } from '../evaluation/parameters.ts';
import type { Result } from '../evaluation/result.ts';
import type { CreateRule, UserKeys } from '../evaluation/user-rule.ts';
import { describeComplianceReason, describeViolation } from './annotation.ts';
import { countedKeys, findComplianceReason, requiredTag } from './compliance-reason.ts';
import { type RecommendationPolicy, recommend } from './selection.ts';

/**
 * Evaluates an IAM user: it may have at most `maxActiveAccessKeys` active access keys. With `countInactiveAccessKeys`,
 * inactive keys count too.
 *
 * Scenarios (test names carry the number):
 *   1  counted keys ≤ `maxActiveAccessKeys`, or no key    → COMPLIANT
 *   2  more                                               → NON_COMPLIANT; the annotation names the key to deactivate or
 *      delete and the key to keep, or why no key is selected, and why an exemption tag does not exempt
 *   3  more, exempt by a tag                              → COMPLIANT; the annotation names the tag and the date
 *   4  more, the newest younger than `rotationGraceDays`  → COMPLIANT; the annotation says until when
 *
 * @param user  if it is NON_COMPLIANT, with its quarantine policy and the last use of the counted keys
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const evaluateSingleAccessKey = (user: UserKeys, policy: RecommendationPolicy): Result => {
  const reason = findComplianceReason(user, policy);
  if (reason === undefined) {
    const recommendation = recommend(user, policy);
    const Annotation = describeViolation(user, recommendation, policy);
    return { ComplianceType: 'NON_COMPLIANT', Annotation };
  }
  const described = describeComplianceReason(reason, user, policy);
  if (described === undefined) return { ComplianceType: 'COMPLIANT' };
  const Annotation = toAnnotation([described], { UserName: user.UserName, at: policy.at });
  return { ComplianceType: 'COMPLIANT', Annotation, isExempt: reason.reason === 'Exemption' };
};

/** The rule `iam-user-single-access-key`. */
export const singleAccessKeyRule: CreateRule = (inputParameters, at) => {
  const policy = { ...parseRuleParameters(inputParameters), at };
  const isViolation = (user: UserKeys) => findComplianceReason(user, policy) === undefined;
  return {
    at,
    refreshDays: policy.refreshDays,
    refreshes: 'violations',
    requiresHistory: () => false,
    requiredReads: () => ({
      tag: (user) => requiredTag(user, policy),
      quarantine: isViolation,
      lastUse: (user) => (isViolation(user) ? countedKeys(user.keys, policy) : []),
    }),
    evaluate: (user) => evaluateSingleAccessKey(user, policy),
  };
};
