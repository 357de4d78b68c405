import * as v from 'valibot';
import {
  createDispatcher,
  createFaults,
  operation,
  operationWith,
  ServiceError,
} from '../local-account/dispatch.ts';
import { createIam } from '../local-account/iam/iam.ts';
import { cutPage } from '../local-account/request.ts';
import { createRoles, createSts } from '../local-account/sts/sts.ts';
import { startServer } from '../local-account/wire/server.ts';
import { createHistory } from './served-account.ts';

/** An account of an organization, as ListAccounts returns it. */
type Listed = {
  readonly Id: string;
  readonly Name?: string;
  readonly State?: string;
  readonly Status?: string;
};

/** How the organization differs from one without failures. */
type OrganizationOptions = {
  /** The accounts that do not have the role. */
  readonly withoutRole?: readonly string[];
  /** Seconds until the credentials of a session expire. @default 3600 */
  readonly sessionSeconds?: number;
};

const now = () => new Date();

/** The account of the caller. */
export const OWN_ACCOUNT = '111111111111';

const createAccount = (accountId: string) => {
  const faults = createFaults();
  const dispatcher = createDispatcher(faults, now);
  const roles = createRoles({ accountId });
  const iam = createIam({ now, accountId });
  const cloudtrail = createHistory({ dispatcher, now, roles, accountId });
  dispatcher.register('iam', iam.operations);
  dispatcher.register('cloudtrail', cloudtrail.operations);
  dispatcher.register('sts', createSts({ accountId, roles }).operations);
  return { faults, dispatcher, iam, roles };
};

/** One account of a served organization. */
export type MemberAccount = ReturnType<typeof createAccount>;

const ListAccountsInput = v.strictObject({ NextToken: v.optional(v.string()) });
const listAccounts = (accounts: readonly Listed[]) =>
  operation(ListAccountsInput, ({ NextToken: marker }) => {
    const refuse = () => new ServiceError('InvalidInputException', 'invalid NextToken');
    const keyOf = ({ Id }: Listed) => Id;
    const page = { list: 'ListAccounts', items: accounts, keyOf, size: 20, marker, refuse };
    const { items, next } = cutPage(page);
    return { Accounts: items, NextToken: next };
  });

const AssumeRoleInput = v.strictObject({
  RoleArn: v.pipe(v.string(), v.regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@-]{1,64}$/)),
  RoleSessionName: v.pipe(v.string(), v.regex(/^[\w+=,.@-]{2,64}$/)),
});

const SESSION = /^ASIA(\d{12})/;

/** The session of an account. Its access key id contains the account. */
const assumeRole = ({ withoutRole = [], sessionSeconds = 3600 }: OrganizationOptions) =>
  operationWith('ValidationError')(AssumeRoleInput, ({ RoleArn, RoleSessionName }) => {
    const [, , , , accountId = '', role] = RoleArn.split(':');
    if (withoutRole.includes(accountId) || role !== 'role/IamUserSingleAccessKeyScan') {
      const message = `User: arn:aws:iam::${OWN_ACCOUNT}:user/operator is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
      throw new ServiceError('AccessDenied', message, 403);
    }
    const Expiration = new Date(Date.now() + sessionSeconds * 1000);
    const AccessKeyId = `ASIA${accountId}ROLE`;
    const Arn = `arn:aws:sts::${accountId}:assumed-role/scan/${RoleSessionName}`;
    return {
      Credentials: { AccessKeyId, SecretAccessKey: 'any', SessionToken: 'any', Expiration },
      AssumedRoleUser: { AssumedRoleId: 'AROAX:scan', Arn },
    };
  });

/** Serves the accounts of an organization on loopback. The access key that signs a request decides its account. */
export const serveOrganization = async (
  listed: readonly Listed[],
  options: OrganizationOptions = {},
) => {
  const ids = new Set([OWN_ACCOUNT, ...listed.map(({ Id }) => Id)]);
  const accounts = new Map([...ids].map((id) => [id, createAccount(id)]));
  const accountOf = (id: string): MemberAccount => {
    const account = accounts.get(id);
    if (account === undefined) throw new ServiceError('AccessDenied', `no account ${id}`, 403);
    return account;
  };
  const own = accountOf(OWN_ACCOUNT);
  own.dispatcher.register('organizations', { ListAccounts: listAccounts(listed) });
  own.dispatcher.register('sts', { AssumeRole: assumeRole(options) });
  const idOf = (accessKeyId = '') => SESSION.exec(accessKeyId)?.[1] ?? OWN_ACCOUNT;
  const server = await startServer({
    dispatcher: { call: (call) => accountOf(idOf(call.accessKeyId)).dispatcher.call(call) },
    principalOf: () => 'operator',
  });
  return {
    accounts,
    accountOf,
    own,
    /** The environment of the caller, or of someone with credentials of another account. */
    environmentOf: (id: string) => ({
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: id === OWN_ACCOUNT ? own.roles.operatorKeyId : `ASIA${id}ROLE`,
      AWS_SECRET_ACCESS_KEY: 'local',
    }),
    close: server.close,
  };
};

/** The accounts of an organization, and its endpoint. */
export type ServedOrganization = Awaited<ReturnType<typeof serveOrganization>>;
