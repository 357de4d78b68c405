import type { LocalRole, Roles } from '../roles.ts';

/** Who called, as CloudTrail writes it. */
export type UserIdentity = Readonly<Record<string, unknown>> & {
  readonly arn: string;
  readonly accessKeyId: string;
};

const SESSION = 'session';
const OPERATOR = 'operator';

const roleIdentity = (role: LocalRole, accountId: string, at: Date) => {
  const accessKeyId = role.environment.AWS_ACCESS_KEY_ID;
  const roleId = accessKeyId.replace(/^ASIA/, 'AROA');
  return {
    type: 'AssumedRole',
    principalId: `${roleId}:${SESSION}`,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.RoleName}/${SESSION}`,
    accountId,
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: roleId,
        arn: role.Arn,
        accountId,
        userName: role.RoleName,
      },
      attributes: { creationDate: `${at.toISOString().slice(0, 19)}Z`, mfaAuthenticated: 'false' },
    },
  };
};

const operatorIdentity = (accessKeyId: string, accountId: string) => ({
  type: 'IAMUser',
  principalId: accessKeyId.replace(/^AKIA/, 'AIDA'),
  arn: `arn:aws:iam::${accountId}:user/${OPERATOR}`,
  accountId,
  accessKeyId,
  userName: OPERATOR,
});

/**
 * The identity of a principal, and the name by which LookupEvents finds it: a session's name for a role.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export const identityOf = (
  principal: string,
  at: Date,
  { roles, accountId }: { readonly roles: Roles; readonly accountId: string },
): { readonly userIdentity: UserIdentity; readonly Username: string } => {
  const role = roles.byName.get(principal);
  if (role !== undefined)
    return { userIdentity: roleIdentity(role, accountId, at), Username: SESSION };
  return { userIdentity: operatorIdentity(roles.operatorKeyId, accountId), Username: OPERATOR };
};
