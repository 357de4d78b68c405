import {
  type IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
} from '@aws-sdk/client-iam';
import type * as v from 'valibot';
import { answerOf } from '../input/answer.ts';
import { parse } from '../input/parse.ts';
import type { AccessKey } from '../keys/access-key.ts';
import { ListAccessKeysAnswer, ListUserTagsAnswer } from './iam-answers.ts';
import { type Marked, nextMarker, pages, toMarkedPage } from './pages.ts';

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
