import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import { type AccessKey, isActive } from '../../rule/keys/access-key.ts';
import type { InputOf } from './input.ts';
import { asDryRun, lastUseCommand, noAction, type Plan, planTo, updateCommand } from './plan.ts';

/** The parameters of the runbook on which a plan depends. */
export type ReactivationPolicy = Pick<
  InputOf<'ReactivateAccessKey'>,
  'AccessKeyId' | 'AllowSecondActiveKey' | 'DryRun'
>;

const nameKeys = (keys: readonly AccessKey[]): string =>
  keys
    .map(({ AccessKeyId }) => AccessKeyId)
    .toSorted()
    .join(' and ');

const reactivate = (
  user: UserKeys,
  { AccessKeyId }: AccessKey,
  { AllowSecondActiveKey, DryRun }: ReactivationPolicy,
): Plan => {
  const { UserName } = user;
  const active = user.keys.filter(isActive);
  if (active.length > 0 && !AllowSecondActiveKey) {
    const reason = `${UserName} already has an active key (${nameKeys(active)}); to make ${AccessKeyId} active too, start the runbook with AllowSecondActiveKey=true`;
    return noAction('Refused', reason, { ...user, AccessKeyId });
  }
  const others =
    active.length === 0 ? 'as the only active key' : `in addition to ${nameKeys(active)}`;
  const plan = planTo('Reactivate', user, {
    AccessKeyId,
    Reason: `reactivate ${AccessKeyId} ${others}`,
    UndoCommand: updateCommand({ UserName, AccessKeyId }, 'Inactive'),
    NextCommand: lastUseCommand({ AccessKeyId }),
  });
  return DryRun ? asDryRun(plan) : plan;
};

const planForNamedKey = (user: UserKeys, AccessKeyId: string, policy: ReactivationPolicy): Plan => {
  const about = { ...user, AccessKeyId };
  const key = user.keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return noAction('Refused', `${AccessKeyId} is not an access key of ${user.UserName}`, about);
  if (isActive(key)) return noAction('NothingToDo', `${AccessKeyId} is already active`, about);
  if (key.Status !== 'Inactive')
    return noAction('Refused', `${AccessKeyId} is ${key.Status}, not Inactive`, about);
  return reactivate(user, key, policy);
};

const planForOnlyKey = (user: UserKeys, policy: ReactivationPolicy): Plan => {
  const [key, ...others] = user.keys.filter(({ Status }) => Status === 'Inactive');
  if (key === undefined)
    return noAction('NothingToDo', `${user.UserName} has no inactive access key`, user);
  if (others.length > 0) {
    const reason = `${user.UserName} has more than one inactive key (${nameKeys([key, ...others])}); to choose one, start the runbook with its id as AccessKeyId`;
    return noAction('Refused', reason, user);
  }
  return reactivate(user, key, policy);
};

/**
 * Plans the reactivation of one access key, which undoes a deactivation.
 *
 * Scenarios:
 *   1  named key, not a key of this user                        → Refused
 *   2  named key, already active                                → NothingToDo
 *   3  named key, another status than Inactive                  → Refused
 *   4  no name, no inactive key                                 → NothingToDo
 *   5  no name, several inactive keys                           → Refused
 *   6  another key is active, without `AllowSecondActiveKey`    → Refused
 *   7  otherwise                                                → Reactivate, or DryRun
 *
 * @param user  the user as read from IAM
 */
export const planReactivation = (user: UserKeys, policy: ReactivationPolicy): Plan =>
  policy.AccessKeyId === undefined
    ? planForOnlyKey(user, policy)
    : planForNamedKey(user, policy.AccessKeyId, policy);
