import {
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetUserCommand,
  type IAMClient,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { answerOf } from '../input/answer.ts';
import { parse } from '../input/parse.ts';
import type { AccessKey } from '../keys/access-key.ts';
import {
  GetAccessKeyLastUsedAnswer,
  GetAccountSummaryAnswer,
  GetUserAnswer,
  ListUserDetailsAnswer,
  ListUsersAnswer,
} from './iam-answers.ts';
import { findTag, listAllKeys, listUsers } from './iam-listings.ts';

/** An IAM user: its id never changes and never comes back, its name may do both. */
export type IamUser = { readonly UserId: string; readonly UserName: string };

/** The same, as a listing tells of it. */
export type UserDetails = IamUser & {
  readonly Arn: string;
  readonly Path: string;
  readonly CreateDate: Date;
};

const unlessMissing = async <Found>(found: Promise<Found>): Promise<Found | undefined> => {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
};

/** Reads from IAM: live, every page, each answer as its API promises it or an error. */
export const createIam = (client: IAMClient) => ({
  /** Every user of the account. */
  listUsers: (): AsyncGenerator<IamUser> => listUsers(client, ListUsersAnswer),

  /** The same, with what else IAM tells of each. */
  listUserDetails: (): AsyncGenerator<UserDetails> => listUsers(client, ListUserDetailsAnswer),

  /** How many users the account has, in one call. */
  countUsers: async (): Promise<number> => {
    const answer = await client.send(new GetAccountSummaryCommand());
    return parse(GetAccountSummaryAnswer, answer, answerOf('GetAccountSummary')).SummaryMap.Users;
  },

  /** The user of that name, or nothing when there is none. */
  getUser: async (UserName: string): Promise<IamUser | undefined> => {
    const answer = await unlessMissing(client.send(new GetUserCommand({ UserName })));
    return answer && parse(GetUserAnswer, answer, answerOf('GetUser')).User;
  },

  /** The keys of the user of that name, or nothing when there is none. */
  listAccessKeys: (UserName: string): Promise<AccessKey[] | undefined> =>
    unlessMissing(listAllKeys(client, UserName)),

  /** The value of a user's tag, where it has that tag, or nothing when there is no such user; IAM's tag keys have no case. */
  getTag: (UserName: string, key: string): Promise<{ value: string | undefined } | undefined> =>
    unlessMissing(findTag(client, UserName, key)),

  /** The key with its last use. */
  withLastUse: async (key: AccessKey): Promise<AccessKey> => {
    const { AccessKeyId } = key;
    const answer = await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    const what = answerOf('GetAccessKeyLastUsed');
    const { AccessKeyLastUsed } = parse(GetAccessKeyLastUsedAnswer, answer, what);
    return { ...key, LastUsedDate: AccessKeyLastUsed.LastUsedDate };
  },
});

/** IAM, as far as it is read. */
export type Iam = ReturnType<typeof createIam>;
