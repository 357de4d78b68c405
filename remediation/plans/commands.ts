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
