import type { IamUser } from '../../rule/aws/iam.ts';

/** A text as one word of a POSIX shell, whatever it contains. */
const shellWord = (text: string): string =>
  /^[\w+=,.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

// `=` keeps a name that starts with `-` a value.
const option = (name: string, value: string): string => `--${name}=${shellWord(value)}`;

/** A user's key, by the names that commands need. */
type NamedKey = { readonly UserName: string; readonly AccessKeyId: string };

/** The AWS CLI command that makes a key active or inactive. */
export const updateCommand = (
  { UserName, AccessKeyId }: NamedKey,
  status: 'Active' | 'Inactive',
): string =>
  `aws iam update-access-key ${option('user-name', UserName)} ${option('access-key-id', AccessKeyId)} --status=${status}`;

/** The command that tells when a key was last used. */
export const lastUseCommand = ({ AccessKeyId }: Pick<NamedKey, 'AccessKeyId'>): string =>
  `aws iam get-access-key-last-used ${option('access-key-id', AccessKeyId)}`;

/** The command that tells which keys a user has. */
export const listCommand = ({ UserName }: Pick<NamedKey, 'UserName'>): string =>
  `aws iam list-access-keys ${option('user-name', UserName)}`;

/** The command that starts a remediation of a user, as the button Remediate does. */
export const remediateCommand = (ConfigRuleName: string, UserId: string): string =>
  `aws configservice start-remediation-execution ${option('config-rule-name', ConfigRuleName)} --resource-keys=resourceType=AWS::IAM::User,resourceId=${UserId}`;

/** The command that deletes a key at once, where no runbook does. */
export const deleteCommand = ({ UserName, AccessKeyId }: NamedKey): string =>
  `aws iam delete-access-key ${option('user-name', UserName)} ${option('access-key-id', AccessKeyId)}`;

/** The command that has a key deleted, from the start of it that every deletion has. */
export const deletionCommand = (
  start: string,
  { UserId, AccessKeyId }: { readonly UserId: string; readonly AccessKeyId: string },
): string => `${start},UserId=${UserId},AccessKeyId=${AccessKeyId}`;

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
