import { type AccessKey, isActive } from '../access-key.ts';
import { addMinutes, isDaysBefore } from '../days.ts';
import { readExemption } from '../exemption.ts';
import type { UserFacts } from '../facts.ts';
import type { HeldResult } from '../held-result.ts';
import type { KeyHistory } from '../key-history.ts';
import type { InactiveRuleParameters } from '../parameters.ts';
import type { Verdict } from '../verdict.ts';
import {
  describeAllowed,
  describeExemption,
  describeViolation,
  isSureOfKey,
  namesKey,
  tellsSinceWhen,
} from './annotation.ts';
import { findInactivity, type Inactivity, type Sighting } from './inactivity.ts';

/** By what the verdict is decided, at the instant that Config supplies. */
export type InactivePolicy = Omit<InactiveRuleParameters, 'refreshDays'> & { readonly at: Date };

/** Minutes after which an event is in CloudTrail's history: twice what AWS takes as a rule. */
export const MINUTES_TO_BECOME_VISIBLE = 30;

/** What the result that Config holds tells of a key: it names every key that was not active then. */
export const sightingOf =
  (held: HeldResult | undefined, at: Date) =>
  ({ AccessKeyId }: AccessKey): Sighting => {
    if (held === undefined) return 'FirstLook';
    const { Annotation = '', OrderingTimestamp } = held;
    const isOld = addMinutes(OrderingTimestamp, MINUTES_TO_BECOME_VISIBLE) <= at;
    if (isSureOfKey(Annotation, AccessKeyId)) return 'KnownInactive';
    // An event that was visible and is not any more has left the history.
    if (tellsSinceWhen(Annotation, AccessKeyId)) return 'SeenInactive';
    return namesKey(Annotation, AccessKeyId) && isOld ? 'SeenInactive' : 'NotSeenInactive';
  };

/** The keys of a user that are not active, in an order that is always the same, as an annotation has to be. */
export const inactiveKeys = ({ keys }: UserFacts): readonly AccessKey[] =>
  keys
    .filter((key) => !isActive(key))
    .sort((one, other) => (one.AccessKeyId < other.AccessKeyId ? -1 : 1));

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
  seen: (key: AccessKey) => Sighting,
): readonly Inactivity[] =>
  inactiveKeys(facts).map((key) => findInactivity(key, history, seen(key)));

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
  if (!inactivities.some((inactivity) => isTooLong(inactivity, policy))) {
    const Annotation = describeAllowed(inactivities, limit);
    return { ComplianceType: 'COMPLIANT', ...(Annotation !== undefined && { Annotation }) };
  }
  const exemption = readExemption(facts.exemption, policy);
  if (exemption !== undefined && exemption.problem === undefined)
    return { ComplianceType: 'COMPLIANT', Annotation: describeExemption(inactivities, exemption) };
  const Annotation = describeViolation(inactivities, { ...limit, exemption });
  return { ComplianceType: 'NON_COMPLIANT', Annotation };
};
