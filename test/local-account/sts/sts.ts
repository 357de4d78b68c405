import * as v from 'valibot';
import { operation } from '../dispatch.ts';
import type { Roles } from '../roles.ts';

/** Who may call: the roles of the account, and everybody else as its operator. */
type StsDeps = { readonly accountId: string; readonly roles: Roles };

/**
 * STS as far as it says who calls.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const createSts = ({ accountId, roles }: StsDeps) => ({
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
