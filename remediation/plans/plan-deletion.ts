import type { FoundUser } from '../../rule/evaluation/find-user.ts';
import { describeInactivity } from '../../rule/inactive-access-key/annotation.ts';
import { isTooLong } from '../../rule/inactive-access-key/inactive-access-key.ts';
import type { Inactivity } from '../../rule/inactive-access-key/inactivity.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';
import { describeExempt, isExempt, readExemption } from '../../rule/keys/exemption.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import {
  byInactivity,
  type DeletionPolicy,
  deleteKey,
  findObjection,
  inactivitiesNow,
} from './deletion.ts';
import { type Plan, without, withoutUser } from './plan.ts';

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
