import type { FoundUser } from '../../rule/evaluation/read-user.ts';
import { type AccessKey, isActive } from '../../rule/keys/access-key.ts';
import type { InputOf } from './input.ts';
import {
  asDryRun,
  lastUseCommand,
  type Plan,
  planTo,
  updateCommand,
  without,
  withoutUser,
} from './plan.ts';

/** By what a plan is made: the runbook's own parameters. */
export type ReactivationPolicy = Pick<
  InputOf<'ReactivateAccessKey'>,
  'AccessKeyId' | 'AllowSecondActiveKey' | 'DryRun'
>;

const idsOf = (keys: readonly AccessKey[]): string =>
  keys
    .map(({ AccessKeyId }) => AccessKeyId)
    .toSorted()
    .join(' and ');

const reactivate = (
  { user, keys }: FoundUser,
  { AccessKeyId }: AccessKey,
  { AllowSecondActiveKey, DryRun }: ReactivationPolicy,
): Plan => {
  const { UserName } = user;
  const active = keys.filter(isActive);
  if (active.length > 0 && !AllowSecondActiveKey) {
    const reason = `${AccessKeyId} would be active beside ${idsOf(active)} of ${UserName}; to decide so, start the runbook with AllowSecondActiveKey=true`;
    return without('Refused', reason, { ...user, AccessKeyId });
  }
  const beside = active.length === 0 ? 'the only active key' : `active beside ${idsOf(active)}`;
  const plan = planTo('Reactivate', user, {
    AccessKeyId,
    Reason: `${AccessKeyId} becomes active again, ${beside}`,
    UndoCommand: updateCommand({ UserName, AccessKeyId }, 'Inactive'),
    NextCommand: lastUseCommand({ AccessKeyId }),
  });
  return DryRun ? asDryRun(plan) : plan;
};

const planForNamedKey = (
  found: FoundUser,
  AccessKeyId: string,
  policy: ReactivationPolicy,
): Plan => {
  const { user, keys } = found;
  const about = { ...user, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return without('Refused', `${AccessKeyId} is not an access key of ${user.UserName}`, about);
  if (isActive(key)) return without('NothingToDo', `${AccessKeyId} is active already`, about);
  if (key.Status !== 'Inactive')
    return without('Refused', `${AccessKeyId} is not inactive: it is ${key.Status}`, about);
  return reactivate(found, key, policy);
};

const planForChosenKey = (found: FoundUser, policy: ReactivationPolicy): Plan => {
  const { user, keys } = found;
  const [key, ...others] = keys.filter(({ Status }) => Status === 'Inactive');
  if (key === undefined)
    return without('NothingToDo', `${user.UserName} has no inactive access key`, user);
  if (others.length > 0) {
    const reason = `${idsOf([key, ...others])} of ${user.UserName} are inactive; to decide, start the runbook with AccessKeyId`;
    return without('Refused', reason, user);
  }
  return reactivate(found, key, policy);
};

/**
 * Plans to make one access key active again: the undo of one deactivation.
 *
 * Scenarios:
 *   1  no user has the id                                       → Refused
 *   2  named key, of another user or of nobody                  → Refused
 *   3  named key, active already                                → NothingToDo
 *   4  named key, of another status than Inactive               → Refused
 *   5  no name, no inactive key                                 → NothingToDo
 *   6  no name, several inactive keys                           → Refused
 *   7  another key is active, without `AllowSecondActiveKey`    → Refused
 *   8  else                                                     → Reactivate, or DryRun
 *
 * @param found  the user and its keys, read just now
 */
export const planReactivation = (
  UserId: string,
  found: FoundUser | undefined,
  policy: ReactivationPolicy,
): Plan => {
  if (found === undefined) return withoutUser(UserId);
  return policy.AccessKeyId === undefined
    ? planForChosenKey(found, policy)
    : planForNamedKey(found, policy.AccessKeyId, policy);
};
