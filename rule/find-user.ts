import { type AccessKey, isActive } from './access-key.ts';
import type { Needs, UserFacts } from './allowance.ts';
import { InvalidResponseError } from './answer.ts';
import type { Iam, IamUser } from './iam.ts';

/** A user wanted by id; the name it is said to have saves the listing when it is still true. */
type WantedUser = { readonly UserId: string; readonly UserName?: string | null | undefined };

/** A user, its keys, and what else was needed of it, as they are now. */
export type FoundUser = UserFacts & { readonly user: IamUser };

const findUser = async (
  iam: Iam,
  { UserId, UserName }: WantedUser,
): Promise<IamUser | undefined> => {
  const named = UserName ? await iam.getUser(UserName) : undefined;
  if (named?.UserId === UserId) return named;
  // Twice: a user that is renamed during a listing can slip between two pages.
  for (let listing = 0; listing < 2; listing += 1)
    for await (const user of iam.listUsers()) if (user.UserId === UserId) return user;
  return undefined;
};

const readKeysAndTag = async (
  iam: Iam,
  UserName: string,
  needs: Needs,
): Promise<UserFacts | undefined> => {
  const keys = await iam.listAccessKeys(UserName);
  if (keys === undefined) return undefined;
  const tag = needs.tag(keys);
  if (tag === undefined) return { keys };
  const tagged = await iam.getTag(UserName, tag);
  return tagged && { keys, exemption: tagged.value };
};

/**
 * The keys of the user of that name, the active ones with their last use where that is needed, and its tag
 * likewise; nothing when there is no such user.
 *
 * A key that cannot be asked for because it was deleted meanwhile is no failure: the keys are read again.
 */
export const readFacts = async (
  iam: Iam,
  UserName: string,
  needs: Needs,
): Promise<UserFacts | undefined> => {
  const facts = await readKeysAndTag(iam, UserName, needs);
  if (facts === undefined || !needs.lastUse(facts)) return facts;
  const { keys } = facts;
  try {
    const used = keys.map((key) => (isActive(key) ? iam.withLastUse(key) : key));
    return { ...facts, keys: await Promise.all(used) };
  } catch (error) {
    const now = await iam.listAccessKeys(UserName);
    const isListed = (key: AccessKey) => now?.some((one) => one.AccessKeyId === key.AccessKeyId);
    if (keys.every(isListed)) throw error;
    // Comes to an end: each round has lost a key.
    return readFacts(iam, UserName, needs);
  }
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
