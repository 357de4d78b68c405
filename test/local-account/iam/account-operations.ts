import * as v from 'valibot';
import { type Operation, operation } from '../dispatch.ts';
import type { Users } from './users.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const USERS_QUOTA = 5_000;

/**
 * GetAccountSummary, as far as users go.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
 */
export const accountOperations = (users: Users): Readonly<Record<string, Operation>> => ({
  GetAccountSummary: operation(
    v.strictObject({}),
    () => ({
      SummaryMap: new Map([
        ['Users', users.byName.size],
        ['UsersQuota', USERS_QUOTA],
      ]),
    }),
    'ValidationError',
  ),
});
