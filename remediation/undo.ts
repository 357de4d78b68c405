/** A text as one word of a POSIX shell, whatever it contains. */
const shellWord = (text: string): string =>
  /^[\w+=,.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The AWS CLI command that makes a deactivated key active again; `=` keeps a name that starts with `-` a value. */
export const undoCommand = (UserName: string, AccessKeyId: string): string =>
  `aws iam update-access-key --user-name=${shellWord(UserName)} --access-key-id=${shellWord(AccessKeyId)} --status=Active`;
