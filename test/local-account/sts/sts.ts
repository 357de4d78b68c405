import * as v from 'valibot';
import { operation } from '../dispatch.ts';
import type { Roles } from '../roles.ts';

/**
 * Creates STS of one account, with GetCallerIdentity only.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const createSts = ({
  accountId,
  roles,
}: {
  readonly accountId: string;
  readonly roles: Roles;
}) => ({
  operations: {
    GetCallerIdentity: operation(
      v.strictObject({}),
      (_input, principal) =>
        roles.byName.has(principal)
          ? {
              UserId: 'AROALOCALROLE0000000:session',
              Account: accountId,
              Arn: `arn:aws:sts::${accountId}:assumed-role/${principal}/session`,
            }
          : {
              UserId: roles.operatorKeyId.replace(/^AKIA/, 'AIDA'),
              Account: accountId,
              Arn: `arn:aws:iam::${accountId}:user/${principal}`,
            },
      'ValidationError',
    ),
  },
});
