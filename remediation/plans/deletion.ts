import { describeUse } from '../../rule/evaluation/evaluation.ts';
import type { FoundUser } from '../../rule/evaluation/read-user.ts';
import type { UserFacts } from '../../rule/evaluation/user-rule.ts';
import { describeInactivity } from '../../rule/inactive-access-key/annotation.ts';
import type { Inactivity } from '../../rule/inactive-access-key/inactivity.ts';
import {
  type InactivePolicy,
  inactivitiesOf,
  isTooLong,
} from '../../rule/inactive-access-key/rule.ts';
import { type AccessKey, wasUsed } from '../../rule/keys/access-key.ts';
import { addDays, date, isDaysBefore } from '../../rule/keys/days.ts';
import { describeExempt, isExempt, readExemption } from '../../rule/keys/exemption.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import type { InputOf } from './input.ts';
import {
  asDryRun,
  listCommand,
  type Plan,
  planTo,
  remediateCommand,
  without,
  withoutUser,
} from './plan.ts';

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type DeletionPolicy = InactivePolicy &
  Pick<InputOf<'DeleteInactiveAccessKey'>, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName'> &
  Partial<Pick<InputOf<'DeleteInactiveAccessKey'>, 'MinimumInactiveDays'>>;

/** Since when each inactive key has been so, as somebody sees it who has not looked before. */
export const inactivitiesNow = (found: UserFacts, history: KeyHistory): readonly Inactivity[] =>
  inactivitiesOf(found, history, () => ({}));

/** Days after its deactivation from which on a use is no matter of IAM's delay, or of a coarse time. */
const DELAY_IN_DAYS = 1;

/** A use says otherwise than the events: since the deactivation, or within the days asked for. */
const wasUsedSince = (inactivity: Inactivity, { maxInactiveDays, at }: DeletionPolicy): boolean => {
  const { LastUsedDate } = inactivity.key;
  if (LastUsedDate === undefined) return false;
  const isAfter = 'event' in inactivity && LastUsedDate >= addDays(inactivity.since, DELAY_IN_DAYS);
  return isAfter || !isDaysBefore(LastUsedDate, maxInactiveDays, at);
};

/** Why the key may not be deleted; nothing when it may. */
export const findObjection = (
  inactivity: Inactivity,
  policy: DeletionPolicy,
): string | undefined => {
  const { maxInactiveDays } = policy;
  const known = describeInactivity(inactivity);
  if ('unknown' in inactivity) return `${known}: expected ${maxInactiveDays} days`;
  if (!isTooLong(inactivity, policy)) return `${known}, less than ${maxInactiveDays} days`;
  return wasUsedSince(inactivity, policy)
    ? `${known}, yet ${describeUse(inactivity.key)}`
    : undefined;
};

const describeEvidence = (inactivity: Inactivity): string =>
  'event' in inactivity
    ? `inactive since ${inactivity.since.toISOString()}, CloudTrail event ${inactivity.event.eventID}`
    : `${describeInactivity(inactivity)}, as no event of its deactivation is in CloudTrail's history`;

/** When the key was made, and last used: `created 2026-01-01, never used`. */
const describeLife = (key: AccessKey): string =>
  `created ${date(key.CreateDate)}, ${wasUsed(key) ? describeUse(key) : 'never used'}`;

/** The plan to delete the key, with the evidence for it. */
export const deleteKey = (
  { user }: Pick<FoundUser, 'user'>,
  inactivity: Inactivity,
  policy: DeletionPolicy,
): Plan => {
  const { AccessKeyId } = inactivity.key;
  const evidence = `${describeEvidence(inactivity)}; ${describeLife(inactivity.key)}`;
  const plan = planTo('Delete', user, {
    AccessKeyId,
    Reason: `${AccessKeyId} is deleted for good: ${evidence}; ${policy.maxInactiveDays} days asked for, UTC dates`,
    Basis: evidence,
    NextCommand: listCommand(user),
    Evidence: 'event' in inactivity ? 'CloudTrail' : 'NoEvent',
  });
  if (!policy.DryRun) return plan;
  // A remediation names no key and no days: with either of them it may decide otherwise.
  return policy.AccessKeyId === undefined && policy.MinimumInactiveDays === undefined
    ? asDryRun(plan, remediateCommand(policy.ConfigRuleName, user.UserId))
    : asDryRun(plan);
};

const startOf = (inactivity: Inactivity): number =>
  'event' in inactivity ? inactivity.since.getTime() : Number.NEGATIVE_INFINITY;

/** The one inactive longest first; equal ones stay in the order of their ids, so that two plans agree. */
export const byInactivity = (one: Inactivity, other: Inactivity): number =>
  // Of two without an event the difference is no number.
  startOf(one) - startOf(other) || 0;

const planForNamedKey = (
  { user, keys }: FoundUser,
  inactivities: readonly Inactivity[],
  policy: DeletionPolicy & { readonly AccessKeyId: string },
): Plan => {
  const { AccessKeyId } = policy;
  const is = ({ AccessKeyId: id }: AccessKey) => id === AccessKeyId;
  const refuse = (reason: string) => without('Refused', reason, { ...user, AccessKeyId });
  if (!keys.some(is)) return refuse(`${AccessKeyId} is not an access key of ${user.UserName}`);
  const inactivity = inactivities.find(({ key }) => is(key));
  if (inactivity === undefined)
    return refuse(`${AccessKeyId} is active: an active key is deactivated first, never deleted`);
  const objection = findObjection(inactivity, policy);
  return objection === undefined ? deleteKey({ user }, inactivity, policy) : refuse(objection);
};

/** None is inactive for long enough; where it is unknown of one, that is no success. */
const withoutLongInactive = (
  user: FoundUser['user'],
  inactivities: readonly Inactivity[],
  { maxInactiveDays }: DeletionPolicy,
): Plan => {
  const isUnknown = inactivities.some((inactivity) => 'unknown' in inactivity);
  const all =
    inactivities.toSorted(byInactivity).map(describeInactivity).join('; ') || 'none is inactive';
  const reason = `no access key of ${user.UserName} is known to be inactive for ${maxInactiveDays} days: ${all}`;
  return without(isUnknown ? 'Refused' : 'NothingToDo', reason, user);
};

const planForChosenKey = (
  { user, exemption: value }: FoundUser,
  inactivities: readonly Inactivity[],
  policy: DeletionPolicy,
): Plan => {
  const [longest] = inactivities
    .filter((inactivity) => isTooLong(inactivity, policy))
    .toSorted(byInactivity);
  if (longest === undefined) return withoutLongInactive(user, inactivities, policy);
  const exemption = readExemption(value, policy);
  if (isExempt(exemption)) {
    const reason = `${user.UserName} is left alone: ${describeExempt(exemption)}${describeInactivity(longest)}. To decide otherwise, start the runbook with AccessKeyId`;
    return without('NothingToDo', reason, user);
  }
  const objection = findObjection(longest, policy);
  if (objection === undefined) return deleteKey({ user }, longest, policy);
  return without('Refused', objection, { ...user, AccessKeyId: longest.key.AccessKeyId });
};

/**
 * Plans the deletion of one inactive access key; a key that may be active is never deleted.
 *
 * Scenarios:
 *   1  no user has the id                                        → Refused
 *   2  named key, of another user or of nobody                   → Refused
 *   3  named key, active                                         → Refused
 *   4  named key, not inactive for long enough, or unknown       → Refused, with what is known
 *   5  no name, no key inactive for long enough                  → NothingToDo; Refused where it is unknown of one
 *   6  no name, the user is exempt                               → NothingToDo, and until when
 *   7  used a day or more since, or in the days asked for        → Refused, whatever the events say
 *   8  else the named one, or the one inactive longest           → Delete, with the evidence, or DryRun
 * Boundary: inactive for exactly `maxInactiveDays` × 24 hours is long enough.
 *
 * @param found  the user and its keys, read before the history; the inactive ones with their last use
 */
export const planDeletion = (
  UserId: string,
  found: FoundUser | undefined,
  { history, ...policy }: DeletionPolicy & { readonly history: KeyHistory },
): Plan => {
  if (found === undefined) return withoutUser(UserId);
  const inactivities = inactivitiesNow(found, history);
  const { AccessKeyId } = policy;
  return AccessKeyId === undefined
    ? planForChosenKey(found, inactivities, policy)
    : planForNamedKey(found, inactivities, { ...policy, AccessKeyId });
};
