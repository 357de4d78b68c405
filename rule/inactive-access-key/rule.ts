import { toAnnotation } from '../evaluation/annotation.ts';
import {
  type InactiveRuleParameters,
  parseInactiveRuleParameters,
} from '../evaluation/parameters.ts';
import type { Result } from '../evaluation/result.ts';
import { type CreateRule, NO_READS, type UserKeys } from '../evaluation/user-rule.ts';
import { isExempt, readExemption } from '../keys/exemption.ts';
import { describeAllowed, describeExempt, describeViolation, knownFrom } from './annotation.ts';
import {
  type Inactivity,
  inactiveKeys,
  inactivitiesOf,
  isViolation,
  keysWithUnreadUse,
} from './inactivity.ts';

/**
 * The maximum number of events that an evaluation reads: 200 pages, which take 13 minutes at 3.9 s a page.
 *
 * If there are more, the history is incomplete: a key without an event among the newest ones has been inactive since an
 * unknown date, which is COMPLIANT unless `maxInactiveDays` is 0.
 */
export const MAXIMUM_EVENTS = 10_000;

/** The parameters that decide, and the instant of the evaluation. */
export type InactivePolicy = Omit<InactiveRuleParameters, 'refreshDays'> & { readonly at: Date };

/**
 * Evaluates an IAM user: no access key is inactive for `maxInactiveDays` or longer.
 *
 * Scenarios (test names carry the number):
 *   1  no inactive key                                   → COMPLIANT
 *   2  none is inactive for that long, or it is unknown  → COMPLIANT; the annotation says when it became inactive, or why that is unknown
 *   3  one is inactive for that long                     → NON_COMPLIANT; the annotation names first the keys that violate the rule, then what to do
 *   4  one is inactive for that long, exempt by a tag    → COMPLIANT; the annotation names the tag and the date
 *   5  `maxInactiveDays` is 0, one is not active         → as 3 and 4, also if it is unknown when it became inactive
 * Boundary: inactive for exactly `maxInactiveDays` × 24 hours is too long.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const evaluateInactiveAccessKey = (
  { UserName, exemption: value }: UserKeys,
  inactivities: readonly Inactivity[],
  policy: InactivePolicy,
): Result => {
  const { maxInactiveDays, at } = policy;
  const annotate = (wordings: readonly [string, ...string[]]) =>
    toAnnotation(wordings, { UserName, at });
  if (inactivities.length === 0) return { ComplianceType: 'COMPLIANT' };
  if (!inactivities.some((inactivity) => isViolation(inactivity, policy))) {
    const Annotation = annotate(describeAllowed(inactivities, { maxInactiveDays }));
    return { ComplianceType: 'COMPLIANT', Annotation };
  }
  const exemption = readExemption(value, policy);
  if (isExempt(exemption)) {
    const Annotation = annotate(describeExempt(inactivities, exemption));
    return { ComplianceType: 'COMPLIANT', Annotation, isExempt: true };
  }
  const Annotation = annotate(describeViolation(inactivities, { maxInactiveDays, at, exemption }));
  return { ComplianceType: 'NON_COMPLIANT', Annotation };
};

/** The rule `iam-user-inactive-access-key`. */
export const inactiveAccessKeyRule: CreateRule = (inputParameters, at) => {
  const policy = { ...parseInactiveRuleParameters(inputParameters), at };
  return {
    at,
    refreshDays: policy.refreshDays,
    refreshes: 'all',
    requiresHistory: ({ keys }) => inactiveKeys(keys).length > 0,
    requiredReads: ({ recorded, history }) => {
      if (history === undefined) return NO_READS;
      const known = knownFrom(recorded);
      return {
        ...NO_READS,
        tag: ({ keys }) =>
          inactivitiesOf(keys, history, known).some((inactivity) => isViolation(inactivity, policy))
            ? policy.exemptionTagKey
            : undefined,
        lastUse: ({ keys }) => keysWithUnreadUse(inactiveKeys(keys), history, known),
      };
    },
    evaluate: (user, { recorded, history }) => {
      if (history !== undefined)
        return evaluateInactiveAccessKey(
          user,
          inactivitiesOf(user.keys, history, knownFrom(recorded)),
          policy,
        );
      if (inactiveKeys(user.keys).length === 0) return evaluateInactiveAccessKey(user, [], policy);
      throw new Error(`expected the event history to evaluate ${user.UserId}, got none`);
    },
  };
};
