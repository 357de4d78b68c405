import type { AccessKey } from './access-key.ts';
import { type Iam, type IamUser, InvalidResponseError } from './iam.ts';

/** A user wanted by id; the name it is said to have saves the listing when it is still true. */
type WantedUser = { readonly UserId: string; readonly UserName?: string | null | undefined };

/** A user and the keys it has now. */
export type UserAccessKeys = { readonly user: IamUser; readonly keys: readonly AccessKey[] };

/**
 * The user with that id, whatever it is called now, or nothing when IAM has no such id.
 *
 * Needs no Config recorder: a name is taken only if its id matches, else every user is listed.
 */
export const findUser = async (
  iam: Pick<Iam, 'getUser' | 'listUsers'>,
  { UserId, UserName }: WantedUser,
): Promise<IamUser | undefined> => {
  const named = UserName ? await iam.getUser(UserName) : undefined;
  if (named?.UserId === UserId) return named;
  for await (const user of iam.listUsers()) if (user.UserId === UserId) return user;
  return undefined;
};

/**
 * The keys of the user with that id, or nothing when IAM has no such id.
 *
 * A user that is renamed or deleted between the two calls is looked up once more.
 *
 * @throws {InvalidResponseError} when the user is listed but its keys are not, twice
 */
export const readAccessKeys = async (
  iam: Pick<Iam, 'getUser' | 'listUsers' | 'listAccessKeys'>,
  wanted: WantedUser,
): Promise<UserAccessKeys | undefined> => {
  for (const { UserId, UserName } of [wanted, { UserId: wanted.UserId, UserName: undefined }]) {
    const user = await findUser(iam, { UserId, UserName });
    if (user === undefined) return undefined;
    const keys = await iam.listAccessKeys(user.UserName);
    if (keys !== undefined) return { user, keys };
  }
  throw new InvalidResponseError(
    `ListAccessKeys: expected the keys of user ${wanted.UserId}, which ListUsers lists, got NoSuchEntity twice`,
  );
};
