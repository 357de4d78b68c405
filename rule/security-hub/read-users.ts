import type { Iam, UserDetails } from '../aws/iam.ts';
import { keysMissing } from '../evaluation/find-user.ts';
import type { Users } from './decide-findings.ts';
import type { Failure } from './failure.ts';
import { readEach } from './read-each.ts';
import type { UserWithKeys } from './violation.ts';

/** Listings without a user after which it is deleted: one that is renamed meanwhile can slip between two pages. */
const LISTINGS = 2;

/** From what users are read. */
export type UserSources = {
  readonly iam: Pick<Iam, 'listUserDetails' | 'listAccessKeys'>;
};

const findUsers = async (ids: ReadonlySet<string>, { iam }: UserSources) => {
  const found = new Map<string, UserDetails>();
  for (let listing = 0; listing < LISTINGS && found.size < ids.size; listing += 1)
    for await (const user of iam.listUserDetails())
      if (ids.has(user.UserId)) found.set(user.UserId, user);
  return found;
};

/**
 * Reads users by id, with their keys; those that IAM does not list are in neither answer.
 *
 * @returns what is known, and the failures of single users, which do not keep the others from being read
 * @throws when the users cannot be listed
 */
export const readUsers = async (
  ids: ReadonlySet<string>,
  sources: UserSources,
): Promise<{ readonly users: Users; readonly failures: readonly Failure[] }> => {
  const readKeys = async (user: UserDetails): Promise<UserWithKeys> => {
    const keys = await sources.iam.listAccessKeys(user.UserName);
    // Renamed or deleted since the listing: the next run sees which.
    if (keys === undefined) throw keysMissing(user);
    return { ...user, keys };
  };
  const found = await findUsers(ids, sources);
  const { read, failures } = await readEach(found.values(), readKeys, ({ UserId }) => [UserId]);
  const known = new Map(read.map((user) => [user.UserId, user]));
  const unread = new Set(failures.flatMap(({ userIds }) => userIds));
  return { users: { known, unread }, failures };
};
