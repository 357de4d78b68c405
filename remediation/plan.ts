import { type AccessKey, isActive } from '../rule/access-key.ts';
import { describeRefusal, describeUse } from '../rule/annotation.ts';
import type { UserAccessKeys } from '../rule/find-user.ts';
import type { RuleParameters } from '../rule/parameters.ts';
import { chooseAccessKey, rankByIdleTime } from '../rule/ranking.ts';
import { exceedsMaximum } from '../rule/single-access-key.ts';
import type { PlannerInput } from './input.ts';
import { undoCommand } from './undo.ts';

/** Stands where a plan has nothing to say: an output of an execution should not be empty. */
const NONE = 'none';

/**
 * What the runbook does, and what it says when it has done it; every member is a text, `none` where
 * there is nothing to say. `Deactivate` alone leads to a write.
 */
export type Plan = {
  readonly Outcome: 'Deactivate' | 'DryRun' | 'NothingToDo' | 'Refused';
  readonly UserId: string;
  readonly UserName: string;
  readonly AccessKeyId: string;
  readonly KeepAccessKeyId: string;
  readonly Reason: string;
  /** The command that makes the deactivated key active again. */
  readonly UndoCommand: string;
};

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type PlanPolicy = Pick<RuleParameters, 'maxActiveAccessKeys' | 'minimumIdleDays'> &
  Pick<PlannerInput, 'AccessKeyId' | 'DryRun'> & { readonly at: Date };

const deactivate = (
  { user, keep }: { readonly user: UserAccessKeys['user']; readonly keep: AccessKey },
  key: AccessKey,
  DryRun: boolean,
): Plan => ({
  Outcome: DryRun ? 'DryRun' : 'Deactivate',
  ...user,
  AccessKeyId: key.AccessKeyId,
  KeepAccessKeyId: keep.AccessKeyId,
  Reason: `${key.AccessKeyId} goes (${describeUse(key)}), ${keep.AccessKeyId} stays active (${describeUse(keep)}), UTC dates`,
  UndoCommand: undoCommand(user.UserName, key.AccessKeyId),
});

/** A plan that writes nothing, and why. */
const without = (
  Outcome: 'NothingToDo' | 'Refused',
  Reason: string,
  about: Partial<Plan> & Pick<Plan, 'UserId'>,
): Plan => ({
  UserName: NONE,
  AccessKeyId: NONE,
  KeepAccessKeyId: NONE,
  UndoCommand: NONE,
  ...about,
  Outcome,
  Reason,
});

const planForNamedKey = (
  { user, keys }: UserAccessKeys,
  AccessKeyId: string,
  { DryRun }: PlanPolicy,
): Plan => {
  const { UserName } = user;
  const about = { ...user, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return without('Refused', `${AccessKeyId} is not an access key of ${UserName}`, about);
  if (!isActive(key))
    return without('NothingToDo', `${AccessKeyId} is not active: it is ${key.Status}`, about);
  const keep = rankByIdleTime(keys).findLast((other) => other !== key);
  if (keep === undefined)
    return without('Refused', `${AccessKeyId} is the last active key of ${UserName}`, about);
  return deactivate({ user, keep }, key, DryRun);
};

const planForChosenKey = ({ user, keys }: UserAccessKeys, policy: PlanPolicy): Plan => {
  const { UserName } = user;
  if (!exceedsMaximum(keys, policy)) {
    const active = keys.filter(isActive).length;
    const counts = `${active} active access key${active === 1 ? '' : 's'}, ${policy.maxActiveAccessKeys} allowed`;
    return without('NothingToDo', `${UserName} has ${counts}`, user);
  }
  const choice = chooseAccessKey(keys, policy);
  if (choice.refusal === undefined)
    return deactivate({ user, keep: choice.keep }, choice.deactivate, policy.DryRun);
  const reason = `no key of ${UserName} is chosen: ${describeRefusal(choice.refusal, policy)}`;
  return without('Refused', `${reason}; to decide, start the runbook with AccessKeyId`, user);
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
 *   6  no name, active keys ≤ `maxActiveAccessKeys`           → NothingToDo
 *   7  no name, the ranking refuses                           → Refused, with its reason
 *   8  no name, the ranking chooses                           → Deactivate
 *   9  5 or 8 with `DryRun`                                   → DryRun
 *
 * @param found  the user and its keys, read just now; the active ones with their last use
 */
export const planDeactivation = (
  UserId: string,
  found: UserAccessKeys | undefined,
  policy: PlanPolicy,
): Plan => {
  if (found === undefined) {
    const reason = `no IAM user of this account has the id ${UserId}; it may be deleted`;
    return without('Refused', reason, { UserId });
  }
  return policy.AccessKeyId === undefined
    ? planForChosenKey(found, policy)
    : planForNamedKey(found, policy.AccessKeyId, policy);
};
