import { describeUse } from '../../rule/evaluation/annotation.ts';
import type { FoundUser } from '../../rule/evaluation/find-user.ts';
import { type AccessKey, isActive } from '../../rule/keys/access-key.ts';
import type { AdvicePolicy } from '../../rule/single-access-key/advice.ts';
import { describeRefusal } from '../../rule/single-access-key/advice-text.ts';
import type { Refusal } from '../../rule/single-access-key/ranking.ts';
import { describeCounts } from '../../rule/single-access-key/violation.ts';
import type { InputOf } from '../planner/input.ts';
import { deleteCommand, deletionCommand, remediateCommand, updateCommand } from './commands.ts';
import { asDryRun, type Plan, planTo, without } from './plan.ts';

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
