import { type AccessKey, isActive } from '../rule/access-key.ts';
import { describeRefusal, describeUse } from '../rule/annotation.ts';
import type { UserAccessKeys } from '../rule/find-user.ts';
import { chooseAccessKey, rankByIdleTime } from '../rule/ranking.ts';
import { exceedsMaximum } from '../rule/single-access-key.ts';

/**
 * What the runbook does, and what it says when it has done it; every member is a text, empty where
 * there is nothing to say. `Deactivate` alone leads to a write.
 */
export type Plan = {
  readonly Outcome: 'Deactivate' | 'DryRun' | 'NothingToDo' | 'Refused';
  readonly UserId: string;
  readonly UserName: string;
  /** The key to deactivate, or the one that was named. */
  readonly AccessKeyId: string;
  /** A key that is active and stays so. */
  readonly KeepAccessKeyId: string;
  readonly Reason: string;
  /** The command that makes the deactivated key active again. */
  readonly UndoCommand: string;
};

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type PlanPolicy = {
  readonly AccessKeyId?: string | undefined;
  readonly DryRun: boolean;
  readonly maxActiveAccessKeys: number;
  readonly minimumIdleDays: number;
  readonly at: Date;
};

/** A text as one word of a POSIX shell, whatever it contains. */
const shellWord = (text: string): string =>
  /^[\w+=,.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const undoCommand = (UserName: string, AccessKeyId: string): string =>
  `aws iam update-access-key --user-name=${shellWord(UserName)} --access-key-id=${shellWord(AccessKeyId)} --status=Active`;

const deactivate = (
  { user, keep }: { readonly user: UserAccessKeys['user']; readonly keep: AccessKey },
  key: AccessKey,
  DryRun: boolean,
): Plan => ({
  Outcome: DryRun ? 'DryRun' : 'Deactivate',
  ...user,
  AccessKeyId: key.AccessKeyId,
  KeepAccessKeyId: keep.AccessKeyId,
  Reason: `${key.AccessKeyId}: ${describeUse(key)}; ${keep.AccessKeyId} stays active: ${describeUse(keep)} (UTC)`,
  UndoCommand: undoCommand(user.UserName, key.AccessKeyId),
});

const withoutWrite = (
  Outcome: 'NothingToDo' | 'Refused',
  about: Pick<Plan, 'UserId' | 'UserName' | 'AccessKeyId'>,
  Reason: string,
): Plan => ({ Outcome, ...about, KeepAccessKeyId: '', Reason, UndoCommand: '' });

const planForNamedKey = (
  { user, keys }: UserAccessKeys,
  AccessKeyId: string,
  { DryRun }: PlanPolicy,
): Plan => {
  const about = { UserId: user.UserId, UserName: user.UserName, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return withoutWrite(
      'Refused',
      about,
      `${AccessKeyId} is not an access key of ${user.UserName}`,
    );
  if (!isActive(key))
    return withoutWrite('NothingToDo', about, `${AccessKeyId} is ${key.Status} already`);
  const keep = rankByIdleTime(keys).findLast((other) => other !== key);
  if (keep === undefined)
    return withoutWrite(
      'Refused',
      about,
      `${AccessKeyId} is the last active key of ${user.UserName}`,
    );
  return deactivate({ user, keep }, key, DryRun);
};

const planForChosenKey = ({ user, keys }: UserAccessKeys, policy: PlanPolicy): Plan => {
  const about = { UserId: user.UserId, UserName: user.UserName, AccessKeyId: '' };
  if (!exceedsMaximum(keys, policy)) {
    const active = keys.filter(isActive).length;
    const counts = `${active} active access keys, ${policy.maxActiveAccessKeys} allowed`;
    return withoutWrite('NothingToDo', about, `${user.UserName} has ${counts}`);
  }
  const choice = chooseAccessKey(keys, policy);
  if (choice.refusal === undefined)
    return deactivate({ user, keep: choice.keep }, choice.deactivate, policy.DryRun);
  const reason = describeRefusal(choice.refusal, policy);
  return withoutWrite(
    'Refused',
    about,
    `no key of ${user.UserName} is chosen: ${reason}; to decide, start the runbook with AccessKeyId`,
  );
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
  const { AccessKeyId = '' } = policy;
  if (found === undefined)
    return withoutWrite(
      'Refused',
      { UserId, UserName: '', AccessKeyId },
      `no IAM user of this account has the id ${UserId}; it may be deleted`,
    );
  return AccessKeyId === ''
    ? planForChosenKey(found, policy)
    : planForNamedKey(found, AccessKeyId, policy);
};
