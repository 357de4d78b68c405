import { type OrganizationsClient, paginateListAccounts } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import * as v from 'valibot';
import { parse, responseOf, Text } from '../../rule/input/parse.ts';
import type { ScannedAccount } from './result.ts';

/** An account to scan. */
export type Account = Pick<ScannedAccount, 'AccountId' | 'Name'>;

/** AWS announced the retirement of `Status` for September 9, 2026. One of both is required: without it, an account would be left out. */
const ListedAccount = v.pipe(
  v.object({
    Id: Text,
    Name: v.optional(Text),
    State: v.optional(Text),
    Status: v.optional(Text),
  }),
  v.check(({ State, Status }) => (State ?? Status) !== undefined, 'a State'),
);
const AccountsPage = v.object({ Accounts: v.array(ListedAccount) });

/**
 * Lists the active accounts of the organization.
 *
 * Only the management account and delegated administrators can list them.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
 */
export const listAccounts = async (client: OrganizationsClient): Promise<readonly Account[]> => {
  const accounts: Account[] = [];
  for await (const page of paginateListAccounts({ client }, {}))
    for (const account of parse(AccountsPage, page, responseOf('ListAccounts')).Accounts) {
      const { Id: AccountId, Name, State, Status } = account;
      if ((State ?? Status) === 'ACTIVE')
        accounts.push({ AccountId, ...(Name !== undefined && { Name }) });
    }
  return accounts;
};

/** The name of the sessions of a scan. CloudTrail records it in each account. */
const RoleSessionName = 'iam-user-single-access-key-scan';

const Session = v.object({
  Credentials: v.object({
    AccessKeyId: Text,
    SecretAccessKey: Text,
    SessionToken: Text,
    Expiration: v.date(),
  }),
});

const startSession = async (client: STSClient, RoleArn: string): Promise<AwsCredentialIdentity> => {
  const response = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
  const { Credentials } = parse(Session, response, responseOf('AssumeRole'));
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
    expiration: Credentials.Expiration,
  };
};

/** Milliseconds before the end of a session at which clients start another one. The SDK asks at the same time. */
const RENEWED = 5 * 60_000;

/**
 * Assumes a role, and returns credentials that renew themselves. A session takes an hour.
 *
 * @throws the error of the first AssumeRole call
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const assumeRole = async (
  client: STSClient,
  roleArn: string,
): Promise<AwsCredentialIdentityProvider> => {
  let session = await startSession(client, roleArn);
  return async () => {
    const left = Number(session.expiration) - Date.now();
    if (left < RENEWED) session = await startSession(client, roleArn);
    return session;
  };
};
