import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import { describeInactivity } from '../../rule/inactive-access-key/annotation.ts';
import {
  byInactivity,
  type Inactivity,
  inactivitiesOf,
  isTooLong,
} from '../../rule/inactive-access-key/inactivity.ts';
import type { InactivePolicy } from '../../rule/inactive-access-key/rule.ts';
import {
  type AccessKey,
  describeUse,
  describeUseDate,
  wasUsed,
} from '../../rule/keys/access-key.ts';
import { addDays, countDays, date, isDaysBefore } from '../../rule/keys/days.ts';
import { describeExemption, isExempt, readExemption } from '../../rule/keys/exemption.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import type { InputOf } from './input.ts';
import {
  asDryRun,
  deleteCommand,
  listCommand,
  noAction,
  type Plan,
  planTo,
  remediateCommand,
} from './plan.ts';

type Input = InputOf<'DeleteInactiveAccessKey'>;

/** The parameters of the rule and of the runbook on which a plan depends. */
export type DeletionPolicy = InactivePolicy &
  Pick<Input, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName'> &
  Partial<Pick<Input, 'MinimumInactiveDays'>> & {
    /** The Region of the rule. */
    readonly region?: string | undefined;
  };

/** Returns the start of inactivity of each inactive key, from the event history alone. */
export const inactivitiesNow = (
  { keys }: Pick<UserKeys, 'keys'>,
  history: KeyHistory,
): readonly Inactivity[] => inactivitiesOf(keys, history, () => ({}));

/** Days after a deactivation in which a last use that IAM reports may still be from before the deactivation. */
const DELAY_IN_DAYS = 1;

/**
 * Returns the days in which the key must not have been used. Within a day of a deactivation, a use before it cannot be
 * distinguished from a use after it, so even with `maxInactiveDays` 0 a day without use is required.
 */
const daysWithoutUse = ({ maxInactiveDays }: DeletionPolicy): number =>
  Math.max(maxInactiveDays, DELAY_IN_DAYS);

/** Tells whether the key was used after its deactivation, or within the days in which it must not have been used. */
const wasUsedSince = (inactivity: Inactivity, policy: DeletionPolicy): boolean => {
  const { LastUsedDate } = inactivity.key;
  if (LastUsedDate === undefined) return false;
  const isAfter = 'event' in inactivity && LastUsedDate >= addDays(inactivity.since, DELAY_IN_DAYS);
  return isAfter || !isDaysBefore(LastUsedDate, daysWithoutUse(policy), policy.at);
};

/** The placeholder for a key id in a command. */
const KEY_ID = 'KEY_ID';

/**
 * Describes what a person can do about keys that have been inactive since an unknown date. Waiting does not help with a
 * status that AWS does not document.
 */
const describeWayOut = (user: UserKeys, inactivities: readonly Inactivity[]): string => {
  const unknown = inactivities.filter((inactivity) => 'unknown' in inactivity);
  const AccessKeyId =
    unknown.length > 1 ? KEY_ID : unknown.map(({ key }) => key.AccessKeyId).join();
  const later = unknown.some((one) => one.unknown !== 'OtherStatus')
    ? 'start it again later, or '
    : '';
  return `the runbook deletes a key only if CloudTrail shows how long it has been inactive; ${later}delete the key yourself if you know that it is not needed: ${deleteCommand({ ...user, AccessKeyId })}`;
};

/** Returns why the key must not be deleted, or undefined if it may be deleted. */
const findObjection = (
  user: UserKeys,
  inactivity: Inactivity,
  policy: DeletionPolicy,
): string | undefined => {
  const { maxInactiveDays } = policy;
  const known = describeInactivity(inactivity);
  if ('unknown' in inactivity) return `${known}: ${describeWayOut(user, [inactivity])}`;
  if (!isTooLong(inactivity, policy))
    return `${known}, which is less than ${countDays(maxInactiveDays)}`;
  if (!wasUsedSince(inactivity, policy)) return undefined;
  const days = daysWithoutUse(policy);
  return `${known}, but was ${describeUse(inactivity.key)}: expected no use after its deactivation or in the last ${days === 1 ? 'day' : countDays(days)}`;
};

const describeEvidence = (inactivity: Inactivity): string =>
  'event' in inactivity
    ? `inactive since ${inactivity.since.toISOString()}, CloudTrail event ${inactivity.event.eventID}`
    : `${describeInactivity(inactivity)}, because CloudTrail's event history has no event of its deactivation`;

/** Describes creation and use: `created 2026-01-01, never used`. */
const describeLife = (key: AccessKey, describe: typeof describeUse): string =>
  `created ${date(key.CreateDate)}, ${wasUsed(key) ? describe(key) : 'never used'}`;

/** Returns the plan to delete the key, with the evidence. */
const deleteKey = (user: UserKeys, inactivity: Inactivity, policy: DeletionPolicy): Plan => {
  const { key } = inactivity;
  const { AccessKeyId } = key;
  const evidence = describeEvidence(inactivity);
  const plan = planTo('Delete', user, {
    AccessKeyId,
    Reason: `delete ${AccessKeyId} permanently: ${evidence}; ${describeLife(key, describeUse)}; at least ${countDays(policy.maxInactiveDays)} required; dates are in UTC`,
    // An operator who names a key has decided. A key that is active again or was used since is refused by the second plan.
    Basis:
      policy.AccessKeyId === undefined
        ? `${evidence}; ${describeLife(key, describeUseDate)}`
        : evidence,
    NextCommand: listCommand(user),
    Evidence: 'event' in inactivity ? 'CloudTrail' : 'NoEvent',
  });
  if (!policy.DryRun) return plan;
  // A remediation has neither AccessKeyId nor MinimumInactiveDays, so it can decide differently.
  return policy.AccessKeyId === undefined && policy.MinimumInactiveDays === undefined
    ? asDryRun(
        plan,
        remediateCommand({ ...policy, Runbook: 'DeleteInactiveAccessKey' }, user.UserId),
      )
    : asDryRun(plan);
};

const planForNamedKey = (
  user: UserKeys,
  inactivities: readonly Inactivity[],
  policy: DeletionPolicy & { readonly AccessKeyId: string },
): Plan => {
  const { AccessKeyId } = policy;
  const isNamed = (key: AccessKey) => key.AccessKeyId === AccessKeyId;
  const refuse = (reason: string) => noAction('Refused', reason, { ...user, AccessKeyId });
  if (!user.keys.some(isNamed))
    return refuse(`${AccessKeyId} is not an access key of ${user.UserName}`);
  const inactivity = inactivities.find(({ key }) => isNamed(key));
  if (inactivity === undefined) return refuse(`${AccessKeyId} is active: deactivate it first`);
  const objection = findObjection(user, inactivity, policy);
  return objection === undefined ? deleteKey(user, inactivity, policy) : refuse(objection);
};

/** Returns the plan if no key is inactive for long enough: a refusal if the date of a deactivation is unknown. */
const noLongInactiveKey = (
  user: UserKeys,
  inactivities: readonly Inactivity[],
  { maxInactiveDays }: DeletionPolicy,
): Plan => {
  const isUnknown = inactivities.some((inactivity) => 'unknown' in inactivity);
  const known =
    maxInactiveDays === 0
      ? 'has been inactive since a known date'
      : `is known to have been inactive for ${countDays(maxInactiveDays)}`;
  const all =
    inactivities.toSorted(byInactivity).map(describeInactivity).join('; ') || 'no key is inactive';
  const reason = `no access key of ${user.UserName} ${known}: ${all}`;
  return isUnknown
    ? noAction('Refused', `${reason}; ${describeWayOut(user, inactivities)}`, user)
    : noAction('NothingToDo', reason, user);
};

const planForSelectedKey = (
  user: UserKeys,
  inactivities: readonly Inactivity[],
  policy: DeletionPolicy,
): Plan => {
  const [longest] = inactivities
    .filter((inactivity) => isTooLong(inactivity, policy))
    .toSorted(byInactivity);
  if (longest === undefined) return noLongInactiveKey(user, inactivities, policy);
  const exemption = readExemption(user.exemption, policy);
  if (isExempt(exemption)) {
    const reason = `${user.UserName} is COMPLIANT. ${describeExemption(exemption)}: ${describeInactivity(longest)}. To delete a key anyway, start the runbook with its id as AccessKeyId`;
    return noAction('NothingToDo', reason, user);
  }
  const objection = findObjection(user, longest, policy);
  if (objection === undefined) return deleteKey(user, longest, policy);
  return noAction('Refused', objection, { ...user, AccessKeyId: longest.key.AccessKeyId });
};

/**
 * Plans the deletion of one inactive access key. A key that may be active is never deleted.
 *
 * Scenarios:
 *   1  named key, not a key of this user                         → Refused
 *   2  named key, active                                         → Refused
 *   3  named key, not inactive for long enough, or unknown       → Refused, with what is known
 *   4  no name, no key is inactive for long enough               → NothingToDo; Refused if it is unknown for a key
 *   5  no name, the user is exempt                               → NothingToDo, with the date
 *   6  used a day or more after the deactivation, in the required days, or in the last day → Refused, even if the events
 *      show no activation
 *   7  otherwise the named key, or the longest-inactive key      → Delete, with the evidence, or DryRun
 * Boundary: inactive for exactly `maxInactiveDays` × 24 hours is long enough.
 *
 * After the wait and an approval, a plan for a named key is the same if it has the same evidence of the deactivation. A plan
 * for a selected key also requires the same last use.
 *
 * @param user  the user as read from IAM before the history, with the last use of the inactive keys
 */
export const planDeletion = (
  user: UserKeys,
  { history, ...policy }: DeletionPolicy & { readonly history: KeyHistory },
): Plan => {
  const inactivities = inactivitiesNow(user, history);
  const { AccessKeyId } = policy;
  return AccessKeyId === undefined
    ? planForSelectedKey(user, inactivities, policy)
    : planForNamedKey(user, inactivities, { ...policy, AccessKeyId });
};
