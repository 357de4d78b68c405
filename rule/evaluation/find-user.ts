import type { Iam, IamUser } from '../aws/iam.ts';
import { InvalidResponseError } from '../input/answer.ts';
import type { Needs, UserFacts } from './facts.ts';
import { readFacts } from './read-facts.ts';

/** A user wanted by id; the name it is said to have saves the listing when it is still true. */
type WantedUser = { readonly UserId: string; readonly UserName?: string | null | undefined };

/** A user, its keys, and what else was needed of it, as they are now. */
export type FoundUser = UserFacts & { readonly user: IamUser };

/** A name that a user can have; about any other one IAM takes no question. */
const isUserName = (name: string): boolean => /^[\w+=,.@-]{1,128}$/.test(name);

const findUser = async (
  iam: Iam,
  { UserId, UserName }: WantedUser,
): Promise<IamUser | undefined> => {
  const named = UserName && isUserName(UserName) ? await iam.getUser(UserName) : undefined;
  if (named?.UserId === UserId) return named;
  // Twice: a user that is renamed during a listing can slip between two pages.
  for (let listing = 0; listing < 2; listing += 1)
    for await (const user of iam.listUsers()) if (user.UserId === UserId) return user;
  return undefined;
};

/**
 * The user with that id, whatever it is called now, with its keys and what else is needed; nothing when IAM has no
 * such id.
 *
 * Needs no Config recorder: a name is taken only if its id matches, else every user is listed. A user
 * that is renamed or deleted between the calls is looked up once more.
 *
 * @throws {InvalidResponseError} when the user is listed but its keys are not, twice
 */
export const readUser = async (
  iam: Iam,
  wanted: WantedUser,
  needs: Needs,
): Promise<FoundUser | undefined> => {
  for (const { UserId, UserName } of [wanted, { UserId: wanted.UserId, UserName: undefined }]) {
    const user = await findUser(iam, { UserId, UserName });
    if (user === undefined) return undefined;
    const facts = await readFacts(iam, user.UserName, needs);
    if (facts !== undefined) return { user, ...facts };
  }
  throw keysMissing(wanted);
};

/** The error for a user that stays listed although IAM knows no keys of its name. */
export const keysMissing = ({ UserId }: Pick<IamUser, 'UserId'>): InvalidResponseError =>
  new InvalidResponseError(
    `ListAccessKeys: expected the keys of user ${UserId}, which ListUsers lists, got NoSuchEntity twice`,
  );
