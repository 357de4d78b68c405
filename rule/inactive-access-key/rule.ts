import type { Verdict } from '../evaluation/evaluation.ts';
import {
  type InactiveRuleParameters,
  parseInactiveRuleParameters,
} from '../evaluation/parameters.ts';
import type { HeldResult } from '../evaluation/recorded-result.ts';
import {
  type CreateRule,
  type Evidence,
  NO_NEEDS,
  type UserFacts,
} from '../evaluation/user-rule.ts';
import { type AccessKey, isActive } from '../keys/access-key.ts';
import { isDaysBefore } from '../keys/days.ts';
import { isExempt, readExemption } from '../keys/exemption.ts';
import type { KeyHistory } from '../keys/key-history.ts';
import {
  activeOn,
  describeAllowed,
  describeExemption,
  describeViolation,
  isSureOfKey,
  namesKey,
} from './annotation.ts';
import { findInactivity, type Inactivity, type Known, keysToAskFor } from './inactivity.ts';

/** By what the verdict is decided, at the instant that Config supplies. */
export type InactivePolicy = Omit<InactiveRuleParameters, 'refreshDays'> & { readonly at: Date };

/** What the result that Config holds tells of a key: it names every key that was not active then. */
export const knownOf =
  (held: HeldResult | undefined) =>
  ({ AccessKeyId }: AccessKey): Known => {
    // Stryker disable next-line StringLiteral: any text that names no key will do.
    const { Annotation = '', OrderingTimestamp } = held ?? {};
    if (isSureOfKey(Annotation, AccessKeyId)) return { isConcluded: true };
    const activeAt = namesKey(Annotation, AccessKeyId)
      ? activeOn(Annotation, AccessKeyId)
      : OrderingTimestamp;
    return { isConcluded: false, activeAt };
  };

/** The keys of a user that are not active, in an order that is always the same, as an annotation has to be. */
export const inactiveKeys = ({ keys }: UserFacts): readonly AccessKey[] =>
  keys
    .filter((key) => !isActive(key))
    .sort((one, other) =>
      // Stryker disable next-line EqualityOperator: no two keys have the same id.
      one.AccessKeyId < other.AccessKeyId ? -1 : 1,
    );

/** The key is inactive for `maxInactiveDays` × 24 hours or longer, for all that is known. */
export const isTooLong = (
  inactivity: Inactivity,
  { maxInactiveDays, at }: Pick<InactivePolicy, 'maxInactiveDays' | 'at'>,
): boolean => {
  if ('unknown' in inactivity) return false;
  return isDaysBefore(
    'since' in inactivity ? inactivity.since : inactivity.before,
    maxInactiveDays,
    at,
  );
};

/** Since when each key of a user that is not active has been so. */
export const inactivitiesOf = (
  facts: UserFacts,
  history: KeyHistory,
  known: (key: AccessKey) => Pick<Known, 'activeAt'>,
): readonly Inactivity[] =>
  inactiveKeys(facts).map((key) => findInactivity(key, history, known(key)));

/**
 * An IAM user has no access key that is inactive for `maxInactiveDays` or longer: it is made active again soon, or deleted.
 *
 * Scenarios (test names carry the number):
 *   1  no key that is not active                       → COMPLIANT
 *   2  none for that long, or nobody knows since when  → COMPLIANT, the annotation says since when, or why unknown
 *   3  one for that long                               → NON_COMPLIANT, the annotation names it, since when, what to do
 *   4  one for that long, exempt by a tag              → COMPLIANT, the annotation names tag and date
 * Boundary: inactive for exactly `maxInactiveDays` × 24 hours is too long.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html
 */
export const evaluateInactiveAccessKey = (
  facts: UserFacts,
  inactivities: readonly Inactivity[],
  policy: InactivePolicy,
): Verdict => {
  const limit = { maxInactiveDays: policy.maxInactiveDays };
  if (inactivities.length === 0) return { ComplianceType: 'COMPLIANT' };
  if (!inactivities.some((inactivity) => isTooLong(inactivity, policy)))
    return { ComplianceType: 'COMPLIANT', Annotation: describeAllowed(inactivities, limit) };
  const exemption = readExemption(facts.exemption, policy);
  if (isExempt(exemption))
    return { ComplianceType: 'COMPLIANT', Annotation: describeExemption(inactivities, exemption) };
  const Annotation = describeViolation(inactivities, { ...limit, exemption });
  return { ComplianceType: 'NON_COMPLIANT', Annotation };
};

/** The rule `iam-user-inactive-access-key`. */
export const inactiveAccessKeyRule: CreateRule = (inputParameters, at) => {
  const policy = { ...parseInactiveRuleParameters(inputParameters), at };
  const judge = (facts: UserFacts, history: KeyHistory, { held }: Evidence) =>
    inactivitiesOf(facts, history, knownOf(held));

  return {
    at,
    refreshDays: policy.refreshDays,
    decidesByHistory: true,
    needs: (evidence) => {
      const { history, held } = evidence;
      if (history === undefined) return NO_NEEDS;
      return {
        tag: (facts) =>
          judge(facts, history, evidence).some((inactivity) => isTooLong(inactivity, policy))
            ? policy.exemptionTagKey
            : undefined,
        lastUse: (facts) => keysToAskFor(inactiveKeys(facts), history, knownOf(held)),
      };
    },
    decide: (facts, evidence) => {
      const { history } = evidence;
      if (history !== undefined)
        return evaluateInactiveAccessKey(facts, judge(facts, history, evidence), policy);
      if (inactiveKeys(facts).length > 0) return undefined;
      return evaluateInactiveAccessKey(facts, [], policy);
    },
  };
};
