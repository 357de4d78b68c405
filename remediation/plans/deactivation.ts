import { describeUse } from '../../rule/evaluation/evaluation.ts';
import type { FoundUser } from '../../rule/evaluation/read-user.ts';
import { type AccessKey, isActive } from '../../rule/keys/access-key.ts';
import {
  describeAllowance,
  describeCounts,
  describeRefusal,
} from '../../rule/single-access-key/annotation.ts';
import { findAllowance } from '../../rule/single-access-key/compliance-reason.ts';
import {
  type AdvicePolicy,
  adviseOn,
  isDeletion,
  type Refusal,
  rankByIdleTime,
} from '../../rule/single-access-key/selection.ts';
import type { InputOf } from './input.ts';
import {
  asDryRun,
  deleteCommand,
  deletionCommand,
  type Plan,
  planTo,
  remediateCommand,
  updateCommand,
  without,
  withoutUser,
} from './plan.ts';

type Asked = InputOf<'DeactivateAccessKey'>;

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type DeactivationPolicy = AdvicePolicy &
  Pick<Asked, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName' | 'DeleteCommand'> &
  Partial<Pick<Asked, 'MinimumIdleDays'>>;

/** The key that goes and the one that stays. */
type Pair = { readonly deactivate: AccessKey; readonly keep: AccessKey };

/** The plan to deactivate one key beside another one. */
export const deactivate = (
  { user, deactivate: key, keep }: Pick<FoundUser, 'user'> & Pair,
  policy: DeactivationPolicy,
): Plan => {
  const { UserId, UserName } = user;
  const { AccessKeyId } = key;
  const plan = planTo('Deactivate', user, {
    AccessKeyId,
    KeepAccessKeyId: keep.AccessKeyId,
    Reason: `${AccessKeyId} goes (${describeUse(key)}), ${keep.AccessKeyId} stays active (${describeUse(keep)}), UTC dates`,
    Basis: `${describeUse(key)}, ${keep.AccessKeyId} stays`,
    UndoCommand: updateCommand({ UserName, AccessKeyId }, 'Active'),
    NextCommand: deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId }),
  });
  if (!policy.DryRun) return plan;
  // A remediation names no key and no days: with either of them it may decide otherwise.
  return policy.AccessKeyId === undefined && policy.MinimumIdleDays === undefined
    ? asDryRun(plan, remediateCommand(policy.ConfigRuleName, UserId))
    : asDryRun(plan);
};

/** A key that is not active and one too many: only a deletion helps, and this is its command. */
export const refuseForDeletion = (
  found: FoundUser,
  { AccessKeyId, Status }: AccessKey,
  policy: DeactivationPolicy,
): Plan => {
  const { user } = found;
  const { UserId, UserName } = user;
  // Of another status nobody can tell since when a key has it, so the runbook would refuse it.
  const NextCommand =
    Status === 'Inactive'
      ? deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId })
      : deleteCommand({ UserName, AccessKeyId });
  const reason = `${UserName} has ${describeCounts(found, policy)}; ${AccessKeyId} is ${Status}: it has to be deleted, not deactivated: ${NextCommand}`;
  return without('Refused', reason, { ...user, AccessKeyId, NextCommand });
};

/** Stands in a command where a person puts the id of a key; the pattern of the runbook's parameter refuses it as it is. */
const KEY_ID = 'KEY_ID';

/** No key is chosen: a person has to, by starting this runbook, or the one that deletes, with the key. */
export const refuseChoice = (
  { user }: Pick<FoundUser, 'user'>,
  refusal: Refusal,
  policy: DeactivationPolicy,
): Plan => {
  const { UserId, UserName } = user;
  const isOfInactive = refusal.reason === 'Tie' && !isActive(refusal.candidate);
  const decide = isOfInactive
    ? `delete one of them: ${deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId: KEY_ID })}`
    : 'start the runbook with AccessKeyId';
  const reason = `no key of ${UserName} is chosen: ${describeRefusal(refusal, policy)}; to decide, ${decide}`;
  return without('Refused', reason, user);
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

const planForNamedKey = (
  found: FoundUser,
  AccessKeyId: string,
  policy: DeactivationPolicy,
): Plan => {
  const { user, keys } = found;
  const { UserName } = user;
  const about = { ...user, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return without('Refused', `${AccessKeyId} is not an access key of ${UserName}`, about);
  if (
    !isActive(key) &&
    policy.countInactiveAccessKeys &&
    describeAllowed(found, policy) === undefined
  )
    return refuseForDeletion(found, key, policy);
  if (!isActive(key))
    return without('NothingToDo', `${AccessKeyId} is not active: it is ${key.Status}`, about);
  const keep = rankByIdleTime(keys.filter(isActive)).findLast((other) => other !== key);
  if (keep === undefined)
    return without('Refused', `${AccessKeyId} is the last active key of ${UserName}`, about);
  return deactivate({ user, deactivate: key, keep }, policy);
};

const planForChosenKey = (found: FoundUser, policy: DeactivationPolicy): Plan => {
  const { user, keys } = found;
  const allowed = describeAllowed(found, policy);
  if (allowed !== undefined) return without('NothingToDo', allowed, user);
  const advice = adviseOn(keys, policy);
  if ('refusal' in advice) return refuseChoice(found, advice.refusal, policy);
  if (isDeletion(advice)) return refuseForDeletion(found, advice.delete, policy);
  return deactivate({ user, ...advice }, policy);
};

/**
 * Plans the deactivation of one access key; no plan ever takes the last active one.
 *
 * Scenarios:
 *   1  no user has the id                                     → Refused
 *   2  named key, of another user or of nobody                → Refused
 *   3  named key, not active                                  → NothingToDo; 10 where such keys count
 *   4  named key, the last active one                         → Refused
 *   5  named key, active beside another                       → Deactivate
 *   6  no name, the user may have its keys: `findAllowance`   → NothingToDo, and why
 *   7  no name, the ranking refuses                           → Refused, with its reason
 *   8  no name, the ranking chooses                           → Deactivate
 *   9  5 or 8 with `DryRun`                                   → DryRun
 *  10  only inactive keys are too many, as these count        → Refused, with the command that deletes one
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
