import { isActive } from '../rule/access-key.ts';
import { adviseOn, isDeletion } from '../rule/advice.ts';
import { describeRefusal } from '../rule/advice-text.ts';
import { findAllowance } from '../rule/allowance.ts';
import { describeUse } from '../rule/annotation.ts';
import type { FoundUser } from '../rule/find-user.ts';
import { rankByIdleTime } from '../rule/ranking.ts';
import { describeAllowance, describeCounts, type ViolationPolicy } from '../rule/violation.ts';
import { deletionCommand, remediateCommand, updateCommand } from './commands.ts';
import type { InputOf } from './input.ts';
import { asDryRun, type Plan, planTo, without, withoutUser } from './plan.ts';

type Asked = InputOf<'DeactivateAccessKey'>;

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type DeactivationPolicy = ViolationPolicy &
  Pick<Asked, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName' | 'DeleteCommand'>;

/** The key that goes and the one that stays. */
type Pair = {
  readonly deactivate: FoundUser['keys'][number];
  readonly keep: FoundUser['keys'][number];
};

const deactivate = (
  { user, deactivate: key, keep }: Pick<FoundUser, 'user'> & Pair,
  policy: DeactivationPolicy,
): Plan => {
  const { UserId, UserName } = user;
  const { AccessKeyId } = key;
  const plan = planTo('Deactivate', user, {
    AccessKeyId,
    KeepAccessKeyId: keep.AccessKeyId,
    Reason: `${AccessKeyId} goes (${describeUse(key)}), ${keep.AccessKeyId} stays active (${describeUse(keep)}), UTC dates`,
    UndoCommand: updateCommand({ UserName, AccessKeyId }, 'Active'),
    NextCommand: deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId }),
  });
  if (!policy.DryRun) return plan;
  return policy.AccessKeyId === undefined
    ? asDryRun(plan, remediateCommand(policy.ConfigRuleName, UserId))
    : asDryRun(plan);
};

const planForNamedKey = (
  { user, keys }: FoundUser,
  AccessKeyId: string,
  policy: DeactivationPolicy,
): Plan => {
  const { UserName } = user;
  const about = { ...user, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return without('Refused', `${AccessKeyId} is not an access key of ${UserName}`, about);
  if (!isActive(key))
    return without('NothingToDo', `${AccessKeyId} is not active: it is ${key.Status}`, about);
  const keep = rankByIdleTime(keys.filter(isActive)).findLast((other) => other !== key);
  if (keep === undefined)
    return without('Refused', `${AccessKeyId} is the last active key of ${UserName}`, about);
  return deactivate({ user, deactivate: key, keep }, policy);
};

/** Why nothing has to be done: the user may have the keys that it has. */
const describeAllowed = (
  { user: { UserName }, ...facts }: FoundUser,
  policy: DeactivationPolicy,
) => {
  const allowance = findAllowance(facts, policy);
  if (allowance === undefined) return undefined;
  const allowed = describeAllowance(allowance, facts, policy);
  return allowed === undefined
    ? `${UserName} has ${describeCounts(facts, policy)}`
    : `${UserName} is left alone: ${allowed} To decide otherwise, start the runbook with AccessKeyId`;
};

const planForChosenKey = (found: FoundUser, policy: DeactivationPolicy): Plan => {
  const { user, keys } = found;
  const { UserId, UserName } = user;
  const allowed = describeAllowed(found, policy);
  if (allowed !== undefined) return without('NothingToDo', allowed, user);
  const advice = adviseOn(keys, policy);
  if ('refusal' in advice) {
    const reason = `no key of ${UserName} is chosen: ${describeRefusal(advice.refusal, policy)}`;
    return without('Refused', `${reason}; to decide, start the runbook with AccessKeyId`, user);
  }
  if (!isDeletion(advice)) return deactivate({ user, ...advice }, policy);
  const { AccessKeyId, Status } = advice.delete;
  const NextCommand = deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId });
  const reason = `${UserName} has ${describeCounts(found, policy)}; ${AccessKeyId} is ${Status}: it has to be deleted, not deactivated: ${NextCommand}`;
  return without('Refused', reason, { ...user, AccessKeyId, NextCommand });
};

/**
 * Plans the deactivation of one access key; no plan ever takes the last active one.
 *
 * Scenarios:
 *   1  no user has the id                                     → Refused
 *   2  named key, of another user or of nobody                → Refused
 *   3  named key, not active                                  → NothingToDo
 *   4  named key, the last active one                         → Refused
 *   5  named key, active beside another                       → Deactivate
 *   6  no name, the user may have its keys: `findAllowance`   → NothingToDo, and why
 *   7  no name, the ranking refuses                           → Refused, with its reason
 *   8  no name, the ranking chooses                           → Deactivate
 *   9  5 or 8 with `DryRun`                                   → DryRun
 *  10  no name, only inactive keys are too many               → Refused, with the command that deletes one
 *
 * @param found  the user and its keys, read just now; those that count with their last use
 */
export const planDeactivation = (
  UserId: string,
  found: FoundUser | undefined,
  policy: DeactivationPolicy,
): Plan => {
  if (found === undefined) return withoutUser(UserId);
  return policy.AccessKeyId === undefined
    ? planForChosenKey(found, policy)
    : planForNamedKey(found, policy.AccessKeyId, policy);
};
