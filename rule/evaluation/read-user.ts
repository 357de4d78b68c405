import type { Iam, IamUser } from '../aws/iam.ts';
import { InvalidResponseError } from '../input/parse.ts';
import type { AccessKey } from '../keys/access-key.ts';
import type { RequiredReads, UserKeys } from './user-rule.ts';

/** Reads the keys of a user. Returns undefined if IAM no longer has a user with this name. */
export const readKeys = async (iam: Iam, user: IamUser): Promise<UserKeys | undefined> => {
  const keys = await iam.listAccessKeys(user.UserName);
  return keys && { ...user, keys };
};

const readTag = async (
  iam: Iam,
  user: UserKeys,
  reads: RequiredReads,
): Promise<UserKeys | undefined> => {
  const tagKey = reads.tag(user);
  if (tagKey === undefined) return user;
  const tag = await iam.getTag(user.UserName, tagKey);
  return tag && { ...user, exemption: tag.value };
};

const readQuarantine = async (
  iam: Iam,
  user: UserKeys,
  reads: RequiredReads,
): Promise<UserKeys | undefined> => {
  if (!reads.quarantine(user)) return user;
  const policy = await iam.getQuarantinePolicy(user.UserName);
  return policy && { ...user, quarantinePolicy: policy.name };
};

/**
 * Reads what a rule requires of a user. Returns undefined if IAM no longer has a user with this name.
 *
 * Reads the keys again if the last use of a key cannot be read because the key was deleted meanwhile.
 */
export const readRequired = async (
  iam: Iam,
  user: UserKeys,
  reads: RequiredReads,
): Promise<UserKeys | undefined> => {
  const tagged = await readTag(iam, user, reads);
  const known = tagged && (await readQuarantine(iam, tagged, reads));
  if (known === undefined) return undefined;
  const required = new Set(reads.lastUse(known));
  try {
    const keys = known.keys.map((key) => (required.has(key) ? iam.withLastUse(key) : key));
    return { ...known, keys: await Promise.all(keys) };
  } catch (error) {
    const now = await readKeys(iam, user);
    const isListed = (key: AccessKey) =>
      now?.keys.some(({ AccessKeyId }) => AccessKeyId === key.AccessKeyId);
    if (known.keys.every(isListed)) throw error;
    // Every retry has fewer keys, so the recursion ends.
    return now && readRequired(iam, now, reads);
  }
};

/** Matches the user names that IAM accepts in a request. */
const USER_NAME = /^[\w+=,.@-]{1,128}$/;

/** A user to find by id. The name may be outdated. If it still belongs to the id, the users need not be listed. */
type WantedUser = { readonly UserId: string; readonly UserName?: string | null | undefined };

const findUser = async (
  iam: Iam,
  { UserId, UserName }: WantedUser,
): Promise<IamUser | undefined> => {
  const named = UserName && USER_NAME.test(UserName) ? await iam.getUser(UserName) : undefined;
  if (named?.UserId === UserId) return named;
  return (await iam.findUsers(new Set([UserId]))).get(UserId);
};

/**
 * Finds a user by id, reads its keys and returns what `read` reads. Returns undefined if IAM has no user with this id.
 *
 * Finds a user a second time if it is renamed or deleted between the calls.
 *
 * @param read  returns undefined if IAM no longer has a user with this name
 * @throws {InvalidResponseError} if IAM lists the user but does not return its keys, twice
 */
export const readUser = async <Read>(
  iam: Iam,
  wanted: WantedUser,
  read: (user: UserKeys) => Promise<Read | undefined>,
): Promise<Read | undefined> => {
  for (const { UserId, UserName } of [wanted, { UserId: wanted.UserId, UserName: undefined }]) {
    const found = await findUser(iam, { UserId, UserName });
    if (found === undefined) return undefined;
    const user = await readKeys(iam, found);
    const value = user && (await read(user));
    if (value !== undefined) return value;
  }
  throw keysMissing(wanted);
};

/** Returns the error for a user that ListUsers lists but ListAccessKeys does not find. */
export const keysMissing = ({ UserId }: Pick<IamUser, 'UserId'>): InvalidResponseError =>
  new InvalidResponseError(
    `ListAccessKeys: expected the keys of user ${UserId}, which ListUsers lists, got NoSuchEntity`,
  );
