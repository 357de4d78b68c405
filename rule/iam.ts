import {
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import * as v from 'valibot';
import type { AccessKey } from './access-key.ts';
import { parse } from './parse.ts';

/** An IAM user: its id never changes and never comes back, its name may do both. */
export type IamUser = { readonly UserId: string; readonly UserName: string };

/** IAM answered with success, but not with what its API promises. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
}

/** Items asked for in a page: the most that IAM gives, which may always be fewer. */
const PAGE_SIZE = 1000;

const Text = v.pipe(v.string(), v.minLength(1, 'a text that is not empty'));
const User = v.object({ UserId: Text, UserName: Text });
const Page = { IsTruncated: v.optional(v.boolean(), false), Marker: v.optional(v.string()) };
const ListUsersAnswer = v.object({ ...Page, Users: v.array(User) });
const ListAccessKeysAnswer = v.object({
  ...Page,
  AccessKeyMetadata: v.array(v.object({ AccessKeyId: Text, Status: Text, CreateDate: v.date() })),
});
const GetUserAnswer = v.object({ User });
const GetAccessKeyLastUsedAnswer = v.object({
  AccessKeyLastUsed: v.object({ LastUsedDate: v.optional(v.date()) }),
});

const answerOf = (what: string) => ({
  what,
  error: (message: string) => new InvalidResponseError(message),
});

type PageOf = { readonly IsTruncated: boolean; readonly Marker?: string | undefined };

/** Every page of a listing; one that says it goes on without saying where is an error, not an end. */
async function* pages<Answer extends PageOf>(
  read: (marker: string | undefined) => Promise<Answer>,
  what: string,
): AsyncGenerator<Answer> {
  const markers = new Set<string>();
  let marker: string | undefined;
  for (;;) {
    const page = await read(marker);
    yield page;
    if (!page.IsTruncated) return;
    if (page.Marker === undefined || markers.has(page.Marker))
      throw new InvalidResponseError(
        `${what}: expected the next Marker, got ${page.Marker ?? 'none'}`,
      );
    marker = page.Marker;
    markers.add(marker);
  }
}

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
  return parse(ListUsersAnswer, answer, answerOf('ListUsers'));
};

const listAllKeys = async (client: IAMClient, UserName: string): Promise<AccessKey[]> => {
  const readPage = async (Marker: string | undefined) => {
    const command = new ListAccessKeysCommand({ UserName, Marker, MaxItems: PAGE_SIZE });
    return parse(ListAccessKeysAnswer, await client.send(command), answerOf('ListAccessKeys'));
  };
  const keys: AccessKey[] = [];
  for await (const page of pages(readPage, 'ListAccessKeys')) keys.push(...page.AccessKeyMetadata);
  return keys;
};

/** Reads from IAM: live, every page, each answer as its API promises it or an error. */
export const createIam = (client: IAMClient) => ({
  async *listUsers(): AsyncGenerator<IamUser> {
    for await (const page of pages(listUsersPage(client), 'ListUsers')) yield* page.Users;
  },

  /** The user of that name, or nothing when there is none. */
  getUser: async (UserName: string): Promise<IamUser | undefined> => {
    const answer = await unlessMissing(client.send(new GetUserCommand({ UserName })));
    return answer && parse(GetUserAnswer, answer, answerOf('GetUser')).User;
  },

  /** The keys of the user of that name, or nothing when there is none. */
  listAccessKeys: (UserName: string): Promise<AccessKey[] | undefined> =>
    unlessMissing(listAllKeys(client, UserName)),

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
