import {
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import type { AccessKey } from './access-key.ts';
import { answerOf } from './answer.ts';
import {
  GetAccessKeyLastUsedAnswer,
  GetAccountSummaryAnswer,
  GetUserAnswer,
  ListAccessKeysAnswer,
  ListUsersAnswer,
  ListUserTagsAnswer,
} from './iam-answers.ts';
import { nextMarker, pages, toMarkedPage } from './pages.ts';
import { parse } from './parse.ts';

/** An IAM user: its id never changes and never comes back, its name may do both. */
export type IamUser = { readonly UserId: string; readonly UserName: string };

/** Items asked for in a page: the most that IAM gives, which may always be fewer. */
const PAGE_SIZE = 1000;

const unlessMissing = async <Found>(found: Promise<Found>): Promise<Found | undefined> => {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
};

const listUsersPage = (client: IAMClient) => async (Marker: string | undefined) => {
  const answer = await client.send(new ListUsersCommand({ Marker, MaxItems: PAGE_SIZE }));
  return toMarkedPage(parse(ListUsersAnswer, answer, answerOf('ListUsers')), 'ListUsers');
};

const listAllKeys = async (client: IAMClient, UserName: string): Promise<AccessKey[]> => {
  const readPage = async (Marker: string | undefined) => {
    const command = new ListAccessKeysCommand({ UserName, Marker, MaxItems: PAGE_SIZE });
    const answer = parse(
      ListAccessKeysAnswer,
      await client.send(command),
      answerOf('ListAccessKeys'),
    );
    return toMarkedPage(answer, 'ListAccessKeys');
  };
  const keys: AccessKey[] = [];
  for await (const page of pages(readPage, nextMarker('ListAccessKeys')))
    keys.push(...page.AccessKeyMetadata);
  return keys;
};

/** IAM's tag keys have no case. Both ways: the Kelvin sign is no `K`, although its lower case is a `k`. */
const isSameTagKey = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase() && one.toUpperCase() === other.toUpperCase();

const findTag = async (client: IAMClient, UserName: string, key: string) => {
  const readPage = async (Marker: string | undefined) => {
    const command = new ListUserTagsCommand({ UserName, Marker, MaxItems: PAGE_SIZE });
    const answer = parse(ListUserTagsAnswer, await client.send(command), answerOf('ListUserTags'));
    return toMarkedPage(answer, 'ListUserTags');
  };
  let value: string | undefined;
  for await (const page of pages(readPage, nextMarker('ListUserTags')))
    value ??= page.Tags.find(({ Key }) => isSameTagKey(Key, key))?.Value;
  return { value };
};

/** Reads from IAM: live, every page, each answer as its API promises it or an error. */
export const createIam = (client: IAMClient) => ({
  async *listUsers(): AsyncGenerator<IamUser> {
    for await (const page of pages(listUsersPage(client), nextMarker('ListUsers')))
      yield* page.Users;
  },

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
