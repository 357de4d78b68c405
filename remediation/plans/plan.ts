import type { IamUser } from '../../rule/aws/iam.ts';

/** Stands where a plan has nothing to say: an output of an execution should not be empty. */
export const NONE = 'none';

/** What each runbook does when its plan says so. */
type Act = 'Deactivate' | 'Reactivate' | 'Delete';

/**
 * What a runbook does, and what it says when it has done it; every member is a text, `none` where
 * there is nothing to say. Of the outcomes, an act alone leads to a write.
 */
export type Plan = {
  readonly Outcome: Act | 'DryRun' | 'NothingToDo' | 'Refused';
  readonly UserId: string;
  readonly UserName: string;
  readonly AccessKeyId: string;
  /** The active key that stays, of a deactivation. */
  readonly KeepAccessKeyId: string;
  readonly Reason: string;
  /** The command that takes the act back; a deletion has none. */
  readonly UndoCommand: string;
  /** The command that goes on from here. */
  readonly NextCommand: string;
  /** On what the plan rests: another one at the second reading is another plan. */
  readonly Basis: string;
  /** What shows since when a key that is deleted has been inactive: an event, or that there is none. */
  readonly Evidence: 'CloudTrail' | 'NoEvent' | typeof NONE;
};

/** What a plan to act on a key says beside the key and its user. */
type Planned = Pick<Plan, 'AccessKeyId' | 'Reason' | 'NextCommand'> &
  Partial<Pick<Plan, 'KeepAccessKeyId' | 'UndoCommand' | 'Basis' | 'Evidence'>>;

/** A plan that leads to a write, unless it is a dry run. */
export const planTo = (Outcome: Act, user: IamUser, planned: Planned): Plan => ({
  KeepAccessKeyId: NONE,
  UndoCommand: NONE,
  Basis: NONE,
  Evidence: NONE,
  ...user,
  ...planned,
  Outcome,
});

/** The plan as what it would be: nothing is written, and the next thing is to do it. */
export const asDryRun = (plan: Plan, NextCommand: string = NONE): Plan => ({
  ...plan,
  Outcome: 'DryRun',
  NextCommand,
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
  NextCommand: NONE,
  Basis: NONE,
  Evidence: NONE,
  ...about,
  Outcome,
  Reason,
});

/** The plan for an id that no user has: a typo, or a user that is deleted, is no success. */
export const withoutUser = (UserId: string): Plan =>
  without('Refused', `no IAM user of this account has the id ${UserId}; it may be deleted`, {
    UserId,
  });
