import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { answerOf } from '../answer.ts';
import type { CountCalls } from '../call-counts.ts';
import { connection } from '../connection.ts';
import { nextMarker, pages, toMarkedPage } from '../pages.ts';
import { parse } from '../parse.ts';
import { ListUserDetailsAnswer, type UserDetails } from './user-answers.ts';

const LIST_USERS = 'ListUsers';

/** Lists every user of the account, with what a finding tells of it. */
export type ListUsers = () => AsyncGenerator<UserDetails>;

/** Makes that listing, its calls counted. */
export const createListUsers = (countCalls: CountCalls): ListUsers => {
  const client = new IAMClient(connection());
  countCalls(client);
  const readPage = async (Marker: string | undefined) => {
    const answer = await client.send(new ListUsersCommand({ Marker, MaxItems: 1000 }));
    return toMarkedPage(parse(ListUserDetailsAnswer, answer, answerOf(LIST_USERS)), LIST_USERS);
  };
  return async function* () {
    for await (const page of pages(readPage, nextMarker(LIST_USERS))) yield* page.Users;
  };
};
