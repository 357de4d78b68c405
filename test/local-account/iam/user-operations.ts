import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { type Operation, operation } from '../dispatch.ts';
import { cutPage } from '../page.ts';
import type { LocalUser, Users } from './users.ts';

/** A user's name in a request that makes it; IAM takes up to 128 characters where it only looks up. */
const NewUserName = v.pipe(v.string(), v.regex(/^[\w+=,.@-]{1,64}$/));
const Path = v.pipe(v.string(), v.maxLength(512), v.regex(/^\/([\x21-\x7e]+\/)?$/));

/** The name of a user to find. */
export const UserName = v.pipe(v.string(), v.regex(/^[\w+=,.@-]{1,128}$/));

/** Paging members: numbers are text on the wire of the query protocol. */
export const PAGING = {
  Marker: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(320))),
  MaxItems: v.optional(
    v.pipe(
      v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))]),
      v.integer(),
      v.minValue(1),
      v.maxValue(1000),
    ),
    100,
  ),
};

/** How IAM refuses a marker that it did not give out. */
export const invalidMarker = (marker: string) =>
  new ServiceError('ValidationError', `Invalid Marker ${JSON.stringify(marker)}`);

/** Tells of a user that was created, changed or is about to be gone. */
export type Announce = (
  configurationItemStatus: 'ResourceDiscovered' | 'OK' | 'ResourceDeleted',
  user: LocalUser,
) => void;

const toUser = ({ keys: _, tags: __, ...User }: LocalUser) => User;
const toTaggedUser = (user: LocalUser) =>
  user.tags.size > 0 ? { ...toUser(user), Tags: [...user.tags.values()] } : toUser(user);

const updateUser = (users: Users, announce: Announce) =>
  operation(
    v.strictObject({
      UserName,
      NewUserName: v.optional(NewUserName),
      NewPath: v.optional(Path),
    }),
    (input) => {
      const user = users.named(input.UserName);
      users.rename(user, input.NewUserName ?? user.UserName, input.NewPath ?? user.Path);
      announce('OK', user);
    },
    'ValidationError',
  );

const deleteUser = (users: Users, announce: Announce) =>
  operation(
    v.strictObject({ UserName }),
    (input) => {
      const user = users.named(input.UserName);
      if (user.keys.length > 0) {
        const message = 'Cannot delete entity, must delete access keys first.';
        throw new ServiceError('DeleteConflict', message, 409);
      }
      users.remove(user);
      announce('ResourceDeleted', user);
    },
    'ValidationError',
  );

const listUsers = (users: Users, pageSize: number) =>
  operation(
    v.strictObject({
      PathPrefix: v.optional(
        v.pipe(v.string(), v.maxLength(512), v.regex(/^\/[\x21-\x7f]*$/)),
        '/',
      ),
      ...PAGING,
    }),
    ({ PathPrefix, Marker, MaxItems }) => {
      const page = cutPage({
        list: 'ListUsers',
        items: [...users.byName.values()].filter(({ Path }) => Path.startsWith(PathPrefix)),
        keyOf: (user) => user.UserName,
        size: Math.min(MaxItems, pageSize),
        marker: Marker,
        refuse: invalidMarker,
      });
      const IsTruncated = page.next !== undefined;
      return { Users: page.items.map(toUser), IsTruncated, Marker: page.next };
    },
    'ValidationError',
  );

/** IAM's operations on users; a request must name its user, since the account has no caller that is one. */
export const userOperations = (
  users: Users,
  announce: Announce,
  pageSize: number,
): Readonly<Record<string, Operation>> => ({
  CreateUser: operation(
    v.strictObject({ UserName: NewUserName, Path: v.optional(Path) }),
    (input) => {
      const user = users.create(input);
      announce('ResourceDiscovered', user);
      return { User: toUser(user) };
    },
    'ValidationError',
  ),
  GetUser: operation(
    v.strictObject({ UserName }),
    (input) => ({ User: toTaggedUser(users.named(input.UserName)) }),
    'ValidationError',
  ),
  UpdateUser: updateUser(users, announce),
  DeleteUser: deleteUser(users, announce),
  ListUsers: listUsers(users, pageSize),
});
