import type { AccessKey } from '../rule/access-key.ts';
import { describeUse } from '../rule/annotation.ts';
import type { IamUser } from '../rule/iam.ts';
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

/** A plan that deactivates a key, and says why and how to undo it. */
export const deactivate = (
  { user, keep }: { readonly user: IamUser; readonly keep: AccessKey },
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
export const without = (
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
