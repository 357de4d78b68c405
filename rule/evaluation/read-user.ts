import type { Iam, IamUser } from '../aws/iam.ts';
import { InvalidResponseError } from '../input/parse.ts';
import type { AccessKey } from '../keys/access-key.ts';
import type { Needs, UserFacts } from './user-rule.ts';

/** Facts beside which more is needed. */
type Incomplete = { readonly facts: UserFacts; readonly needs: Needs };

const withTag = async (
  iam: Iam,
  UserName: string,
  { facts, needs }: Incomplete,
): Promise<UserFacts | undefined> => {
  const tag = needs.tag(facts);
  if (tag === undefined || 'exemption' in facts) return facts;
  const tagged = await iam.getTag(UserName, tag);
  return tagged && { ...facts, exemption: tagged.value };
};

/**
 * What is known of a user, and what else is needed of it; nothing when there is no user of that name any more.
 *
 * A key that cannot be asked for because it was deleted meanwhile is no failure: the keys are read again.
 */
export const completeFacts = async (
  iam: Iam,
  UserName: string,
  { facts: known, needs }: Incomplete,
): Promise<UserFacts | undefined> => {
  const facts = await withTag(iam, UserName, { facts: known, needs });
  if (facts === undefined) return undefined;
  const wanted = new Set(needs.lastUse(facts));
  const { keys } = facts;
  try {
    const used = keys.map((key) => (wanted.has(key) ? iam.withLastUse(key) : key));
    return { ...facts, keys: await Promise.all(used) };
  } catch (error) {
    const now = await iam.listAccessKeys(UserName);
    const isListed = (key: AccessKey) => now?.some((one) => one.AccessKeyId === key.AccessKeyId);
    if (keys.every(isListed)) throw error;
    // Comes to an end: each round has lost a key.
    return now && completeFacts(iam, UserName, { facts: { keys: now }, needs });
  }
};

/** The keys of the user of that name, and what else is needed of it; nothing when there is no such user. */
export const readFacts = async (
  iam: Iam,
  UserName: string,
  needs: Needs,
): Promise<UserFacts | undefined> => {
  const keys = await iam.listAccessKeys(UserName);
  return keys && completeFacts(iam, UserName, { facts: { keys }, needs });
};

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
