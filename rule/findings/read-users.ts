import pMap from 'p-map';
import { keysMissing } from '../find-user.ts';
import type { Iam, UserDetails } from '../iam.ts';
import type { Users } from './decide-findings.ts';
import type { Failure } from './failure.ts';
import type { UserWithKeys } from './violation.ts';

/** Users whose keys are read at the same time. */
const CONCURRENCY = 10;

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
  const known = new Map<string, UserWithKeys>();
  const unread = new Set<string>();
  const failures: Failure[] = [];
  const readKeys = async (user: UserDetails) => {
    try {
      const keys = await sources.iam.listAccessKeys(user.UserName);
      // Renamed or deleted since the listing: the next run sees which.
      if (keys === undefined) throw keysMissing(user);
      known.set(user.UserId, { ...user, keys });
    } catch (cause) {
      unread.add(user.UserId);
      failures.push({ userIds: [user.UserId], cause });
    }
  };
  const found = await findUsers(ids, sources);
  await pMap(found.values(), readKeys, { concurrency: CONCURRENCY });
  return { users: { known, unread }, failures };
};
