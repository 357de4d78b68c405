import type { ConfigurationItemStatus } from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import type { Operation } from '../dispatch.ts';
import { keyOperations } from './access-keys.ts';
import { policyOperations } from './policies.ts';
import { tagOperations } from './tags.ts';
import {
  type Announce,
  createUsers,
  iamOperation,
  type LocalUser,
  type UserSeed,
  type Users,
  userOperations,
} from './users.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const USERS_QUOTA = 5_000;

/** The root user, and the number of its access keys. */
type RootUser = { accessKeys: number };

/**
 * GetAccountSummary, with the counts of users and of the root user's access keys only.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
 */
const accountOperations = (
  users: Users,
  rootUser: RootUser,
): Readonly<Record<string, Operation>> => ({
  GetAccountSummary: iamOperation(v.strictObject({}), () => ({
    SummaryMap: new Map([
      ['Users', users.byName.size],
      ['UsersQuota', USERS_QUOTA],
      ['AccountAccessKeysPresent', rootUser.accessKeys],
    ]),
  })),
});

/** A change of a user that AWS Config records; `user` is the state at that moment. */
export type UserChange = {
  readonly configurationItemStatus: ConfigurationItemStatus;
  readonly user: Readonly<Omit<LocalUser, 'keys'>>;
};

/** The service and the Region that a key was used for. */
type KeyUse = { readonly ServiceName: string; readonly Region: string };

/**
 * Creates IAM with users, access keys, tags and attached policies.
 *
 * A page has at most `pageSize` items: IAM may return fewer items than `MaxItems`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
 */
export const createIam = (deps: { now: () => Date; accountId: string; pageSize?: number }) => {
  const users = createUsers(deps);
  const rootUser: RootUser = { accessKeys: 0 };
  const listeners: ((change: UserChange) => void)[] = [];
  const pageSize = deps.pageSize ?? Number.POSITIVE_INFINITY;

  const announce: Announce = (configurationItemStatus, { keys: _, ...user }) => {
    for (const listener of listeners) listener({ configurationItemStatus, user });
  };

  return {
    operations: {
      ...accountOperations(users, rootUser),
      ...userOperations(users, announce, pageSize),
      ...keyOperations(users, pageSize),
      ...tagOperations(users, announce, pageSize),
      ...policyOperations(users, announce, pageSize),
    },
    /** The users by their name in lower case. */
    users: users.byName,
    rootUser,
    /** Adds a user without notifying listeners. */
    seedUser: (seed: UserSeed): LocalUser => users.create(seed),
    /** Sets the last use of an active access key of a user. Returns false for any other key, which it ignores. */
    recordUse: (AccessKeyId: string, { ServiceName, Region }: KeyUse): boolean => {
      const keys = [...users.byName.values()].flatMap((user) => user.keys);
      const key = keys.find((one) => one.AccessKeyId === AccessKeyId && one.Status === 'Active');
      if (key === undefined) return false;
      key.lastUsed = { LastUsedDate: deps.now(), ServiceName, Region };
      return true;
    },
    /** Calls `listener` for every created, renamed, moved, tagged or deleted user, but not for keys. */
    onUserChange: (listener: (change: UserChange) => void) => void listeners.push(listener),
  };
};

export type Iam = ReturnType<typeof createIam>;
