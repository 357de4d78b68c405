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
import * as v from 'valibot';
import { answerOf, parse, Text, textUpTo } from '../input/parse.ts';
import type { AccessKey } from '../keys/access-key.ts';
import { type Marked, nextMarker, pages, toMarkedPage } from './pages.ts';

// What IAM's answers must have, as far as they are read; @see https://docs.aws.amazon.com/IAM/latest/APIReference/

// Longer than IAM makes them: they stand in log lines and annotations.
const Name = textUpTo(128);
const User = v.object({ UserId: Name, UserName: Name });
const Page = { IsTruncated: v.optional(v.boolean(), false), Marker: v.optional(v.string()) };
export const ListUsersAnswer = v.object({ ...Page, Users: v.array(User) });
export const ListUserDetailsAnswer = v.object({
  ...Page,
  Users: v.array(
    v.object({
      ...User.entries,
      Arn: textUpTo(2048),
      Path: textUpTo(512),
      CreateDate: v.date(),
    }),
  ),
});
export const ListAccessKeysAnswer = v.object({
  ...Page,
  AccessKeyMetadata: v.array(v.object({ AccessKeyId: Name, Status: Name, CreateDate: v.date() })),
});
const Tag = v.object({ Key: Text, Value: v.string() });
export const ListUserTagsAnswer = v.object({ ...Page, Tags: v.array(Tag) });
export const GetUserAnswer = v.object({ User });
export const GetAccountSummaryAnswer = v.object({ SummaryMap: v.object({ Users: v.number() }) });
export const GetAccessKeyLastUsedAnswer = v.object({
  AccessKeyLastUsed: v.object({ LastUsedDate: v.optional(v.date()) }),
});

/** Items asked for in a page: the most that IAM gives, which may always be fewer. */
const PAGE_SIZE = 1000;

/** Every user of the account, as far as the answer is asked for. */
export const listUsers = async function* <User>(
  client: IAMClient,
  Answer: v.GenericSchema<unknown, Marked & { readonly Users: readonly User[] }>,
): AsyncGenerator<User> {
  const readPage = async (Marker: string | undefined) => {
    const answer = await client.send(new ListUsersCommand({ Marker, MaxItems: PAGE_SIZE }));
    return toMarkedPage(parse(Answer, answer, answerOf('ListUsers')), 'ListUsers');
  };
  for await (const page of pages(readPage, nextMarker('ListUsers'))) yield* page.Users;
};

/** Every key of a user. */
export const listAllKeys = async (client: IAMClient, UserName: string): Promise<AccessKey[]> => {
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

/** The value of a tag, where the user has it. */
export const findTag = async (client: IAMClient, UserName: string, key: string) => {
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
