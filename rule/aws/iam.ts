import {
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetUserCommand,
  type IAMClient,
  NoSuchEntityException,
  paginateListAccessKeys,
  paginateListAttachedUserPolicies,
  paginateListUsers,
  paginateListUserTags,
} from '@aws-sdk/client-iam';
import * as v from 'valibot';
import { parse, responseOf, Text, textUpTo } from '../input/parse.ts';
import type { AccessKey } from '../keys/access-key.ts';

// The parts of IAM's responses that the functions read. @see https://docs.aws.amazon.com/IAM/latest/APIReference/

/** A name or an id, at most 128 characters long in IAM. The limit keeps log lines and annotations short. */
const Name = textUpTo(128);

/** Requires a marker on a truncated page: without one, the SDK's paginators treat the page as the last one. */
const pageOf = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.object({
      ...entries,
      IsTruncated: v.optional(v.boolean()),
      Marker: v.optional(v.string()),
    }),
    v.check(({ IsTruncated, Marker }) => !IsTruncated || Boolean(Marker), 'a Marker'),
  );

const User = v.object({ UserId: Name, UserName: Name });
const UserDetails = v.object({
  ...User.entries,
  Arn: textUpTo(2048),
  Path: textUpTo(512),
  CreateDate: v.date(),
});
const UsersPage = pageOf({ Users: v.array(UserDetails) });
const Key = v.object({ AccessKeyId: Name, Status: Name, CreateDate: v.date() });
const KeysPage = pageOf({ AccessKeyMetadata: v.array(Key) });
const TagsPage = pageOf({ Tags: v.array(v.object({ Key: Text, Value: v.string() })) });
const UserResponse = v.object({ User });
const SummaryResponse = v.object({ SummaryMap: v.object({ Users: v.number() }) });
const PoliciesPage = pageOf({ AttachedPolicies: v.array(v.object({ PolicyArn: Text })) });

/** A service or Region to show. IAM returns `N/A` if it is unknown; like any text of another form, it is left out. */
const Shown = v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/))), undefined);

const LastUsedResponse = v.object({
  AccessKeyLastUsed: v.object({
    LastUsedDate: v.optional(v.date()),
    ServiceName: Shown,
    Region: Shown,
  }),
});

/** An IAM user. Its id never changes and is never reused. Its name can change and can be reused. */
export type IamUser = v.InferOutput<typeof User>;

/** An IAM user as ListUsers returns it. */
export type UserDetails = v.InferOutput<typeof UserDetails>;

/** Items per page: the most that IAM returns. */
const MaxItems = 1000;

/** A listing can omit a user that is renamed meanwhile, so a user counts as missing only after two listings. */
const LISTINGS = 2;

const unlessMissing = async <Found>(found: Promise<Found>): Promise<Found | undefined> => {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
};

const listUsers = async function* (client: IAMClient): AsyncGenerator<UserDetails> {
  for await (const page of paginateListUsers({ client }, { MaxItems }))
    yield* parse(UsersPage, page, responseOf('ListUsers')).Users;
};

const listAccessKeys = async (client: IAMClient, UserName: string): Promise<AccessKey[]> => {
  const keys: AccessKey[] = [];
  for await (const page of paginateListAccessKeys({ client }, { UserName, MaxItems }))
    keys.push(...parse(KeysPage, page, responseOf('ListAccessKeys')).AccessKeyMetadata);
  return keys;
};

// IAM ignores the case of tag keys. Both cases must match: the Kelvin sign is not a `K`, but its lower case is `k`.
const isSameTagKey = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase() && one.toUpperCase() === other.toUpperCase();

const readTag = async (client: IAMClient, UserName: string, key: string) => {
  let value: string | undefined;
  for await (const page of paginateListUserTags({ client }, { UserName, MaxItems }))
    value ??= parse(TagsPage, page, responseOf('ListUserTags')).Tags.find(({ Key }) =>
      isSameTagKey(Key, key),
    )?.Value;
  return { value };
};

/**
 * Matches the ARN of an AWS managed policy that AWS attaches to a user whose key is exposed. A policy of the customer has
 * the id of an account instead of `aws`.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
 */
const QUARANTINE_ARN = /^arn:[\w-]+:iam::aws:policy\/(AWSCompromisedKeyQuarantine\w{0,16})$/;

const readQuarantinePolicy = async (client: IAMClient, UserName: string) => {
  let name: string | undefined;
  for await (const page of paginateListAttachedUserPolicies({ client }, { UserName, MaxItems }))
    for (const { PolicyArn } of parse(PoliciesPage, page, responseOf('ListAttachedUserPolicies'))
      .AttachedPolicies)
      name ??= QUARANTINE_ARN.exec(PolicyArn)?.[1];
  return { name };
};

const withLastUse = async (client: IAMClient, key: AccessKey): Promise<AccessKey> => {
  const { AccessKeyId } = key;
  const response = await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
  const read = parse(LastUsedResponse, response, responseOf('GetAccessKeyLastUsed'));
  return { ...key, ...read.AccessKeyLastUsed };
};

/** Creates the IAM calls of the functions. They read every page, and every response is validated. */
export const createIam = (client: IAMClient) => ({
  /** Lists every user of the account. */
  listUsers: (): AsyncGenerator<UserDetails> => listUsers(client),

  /** Finds users by id. A user that is missing in the result does not exist. */
  findUsers: async (ids: ReadonlySet<string>): Promise<ReadonlyMap<string, UserDetails>> => {
    const found = new Map<string, UserDetails>();
    for (let listing = 0; listing < LISTINGS && found.size < ids.size; listing += 1)
      for await (const user of listUsers(client)) {
        if (ids.has(user.UserId)) found.set(user.UserId, user);
        if (found.size === ids.size) return found;
      }
    return found;
  },

  /** Counts the users of the account with one call. */
  countUsers: async (): Promise<number> => {
    const response = await client.send(new GetAccountSummaryCommand());
    return parse(SummaryResponse, response, responseOf('GetAccountSummary')).SummaryMap.Users;
  },

  /** Reads the user with this name, or undefined if there is none. */
  getUser: async (UserName: string): Promise<IamUser | undefined> => {
    const response = await unlessMissing(client.send(new GetUserCommand({ UserName })));
    return response && parse(UserResponse, response, responseOf('GetUser')).User;
  },

  /** Reads the access keys of the user with this name. Returns undefined if there is no such user. */
  listAccessKeys: (UserName: string): Promise<AccessKey[] | undefined> =>
    unlessMissing(listAccessKeys(client, UserName)),

  /** Reads the value of a user's tag, if the user has it. Returns undefined if there is no such user. */
  getTag: (UserName: string, key: string): Promise<{ value: string | undefined } | undefined> =>
    unlessMissing(readTag(client, UserName, key)),

  /** Reads the name of the AWS managed policy that quarantines a user, if any. Returns undefined if there is no such user. */
  getQuarantinePolicy: (UserName: string): Promise<{ name: string | undefined } | undefined> =>
    unlessMissing(readQuarantinePolicy(client, UserName)),

  /** Returns the key with its last use. */
  withLastUse: (key: AccessKey): Promise<AccessKey> => withLastUse(client, key),
});

/** The IAM calls that the functions make. */
export type Iam = ReturnType<typeof createIam>;
