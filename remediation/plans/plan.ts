import { remediatesIn } from '../../rule/aws/regions.ts';

/** Quotes a text as one word of a POSIX shell. */
const shellWord = (text: string): string =>
  /^[\w+=,.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

// With `=`, a value that starts with `-` is not taken for an option.
const option = (name: string, value: string): string => `--${name}=${shellWord(value)}`;

/** The user and the key of a command. */
type NamedKey = { readonly UserName: string; readonly AccessKeyId: string };

/** Returns the AWS CLI command that sets the status of a key. */
export const updateCommand = (
  { UserName, AccessKeyId }: NamedKey,
  status: 'Active' | 'Inactive',
): string =>
  `aws iam update-access-key ${option('user-name', UserName)} ${option('access-key-id', AccessKeyId)} --status=${status}`;

/** Returns the command that shows when a key was last used. */
export const lastUseCommand = ({ AccessKeyId }: Pick<NamedKey, 'AccessKeyId'>): string =>
  `aws iam get-access-key-last-used ${option('access-key-id', AccessKeyId)}`;

/** Returns the command that lists the keys of a user. */
export const listCommand = ({ UserName }: Pick<NamedKey, 'UserName'>): string =>
  `aws iam list-access-keys ${option('user-name', UserName)}`;

/** The remediation of a rule. */
type Remediation = {
  readonly ConfigRuleName: string;
  /** The runbook that the remediation starts. */
  readonly Runbook: 'DeactivateAccessKey' | 'DeleteInactiveAccessKey';
  /** The Region of the rule. */
  readonly region?: string | undefined;
};

/**
 * Returns the command that starts the remediation of a user, as the Remediate button does, or words in Regions without
 * remediation. No command names a runbook: its generated name changes with a deployment.
 */
export const remediateCommand = (
  { ConfigRuleName, Runbook, region = '' }: Remediation,
  UserId: string,
): string =>
  remediatesIn(region)
    ? `aws configservice start-remediation-execution${region && ` ${option('region', region)}`} ${option('config-rule-name', ConfigRuleName)} --resource-keys=resourceType=AWS::IAM::User,resourceId=${UserId}`
    : `start the runbook ${Runbook} with UserId=${UserId}`;

/** Returns the AWS CLI command that deletes a key directly. */
export const deleteCommand = ({ UserName, AccessKeyId }: NamedKey): string =>
  `aws iam delete-access-key ${option('user-name', UserName)} ${option('access-key-id', AccessKeyId)}`;

/** The value of a member that does not apply, because the outputs of an execution should not be empty. */
const NONE = 'none';

/** The action of each runbook. */
type Action = 'Deactivate' | 'Reactivate' | 'Delete';

/**
 * The plan of a runbook: what the runbook does, and the content of its outputs and messages. Every member is a text.
 *
 * Only an outcome that is an action leads to a write.
 */
export type Plan = {
  readonly Outcome: Action | 'DryRun' | 'NothingToDo' | 'Refused';
  readonly UserId: string;
  readonly UserName: string;
  readonly AccessKeyId: string;
  /** The active key that stays, in a deactivation. */
  readonly KeepAccessKeyId: string;
  readonly Reason: string;
  /** The command that undoes the action; a deletion has none. */
  readonly UndoCommand: string;
  /** The command for the next step, or words if no command stays valid. */
  readonly NextCommand: string;
  /** What the plan is based on. After an approval, a plan with another basis is a different plan. */
  readonly Basis: string;
  /** Whether a CloudTrail event shows the deactivation of a key that is deleted. */
  readonly Evidence: 'CloudTrail' | 'NoEvent' | typeof NONE;
};

/** The members of a plan that acts on a key, without the user. */
type Planned = Pick<Plan, 'AccessKeyId' | 'Reason' | 'NextCommand'> &
  Partial<Pick<Plan, 'KeepAccessKeyId' | 'UndoCommand' | 'Basis' | 'Evidence'>>;

/** Returns a plan that acts on a key. */
export const planTo = (
  Outcome: Action,
  { UserId, UserName }: Pick<Plan, 'UserId' | 'UserName'>,
  planned: Planned,
): Plan => ({
  KeepAccessKeyId: NONE,
  UndoCommand: NONE,
  Basis: NONE,
  Evidence: NONE,
  UserId,
  UserName,
  ...planned,
  Outcome,
});

/** Returns the plan as a dry run, which writes nothing. `NextCommand` carries out the plan. */
export const asDryRun = (plan: Plan, NextCommand: string = NONE): Plan => ({
  ...plan,
  Outcome: 'DryRun',
  NextCommand,
});

/** Returns a plan that writes nothing, with the reason. */
export const noAction = (
  Outcome: 'NothingToDo' | 'Refused',
  Reason: string,
  {
    UserId,
    UserName = NONE,
    AccessKeyId = NONE,
    NextCommand = NONE,
  }: Partial<Plan> & Pick<Plan, 'UserId'>,
): Plan => ({
  Outcome,
  UserId,
  UserName,
  AccessKeyId,
  KeepAccessKeyId: NONE,
  Reason,
  UndoCommand: NONE,
  NextCommand,
  Basis: NONE,
  Evidence: NONE,
});

/** Returns the plan for an id that no user of the account has. It is refused: the id may be mistyped, or the user deleted. */
export const unknownUser = (UserId: string, accountId: string): Plan =>
  noAction(
    'Refused',
    `no IAM user in the account ${accountId} has the id ${UserId}; the user may have been deleted. UserId is the unique id of a user, such as AIDACKCEVSQ6C2EXAMPLE, not its name. AWS Config shows it as the resource id`,
    { UserId },
  );
