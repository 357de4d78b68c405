import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { type Operation, operationWith, ServiceError } from '../dispatch.ts';
import { cutPage, wholeNumberOrText } from '../request.ts';

/** Creates an operation that refuses a wrong input with the error of IAM. */
export const iamOperation = operationWith('ValidationError');

/** An access key; a key without `lastUsed` was never used. */
export type LocalAccessKey = {
  readonly AccessKeyId: string;
  Status: 'Active' | 'Inactive' | 'Expired';
  readonly CreateDate: Date;
  lastUsed?: { LastUsedDate: Date; ServiceName: string; Region: string } | undefined;
};

/** An IAM user and its access keys. */
export type LocalUser = {
  UserName: string;
  readonly UserId: string;
  Path: string;
  Arn: string;
  readonly CreateDate: Date;
  readonly keys: LocalAccessKey[];
  /** By the tag key in lower case. */
  readonly tags: Map<string, { readonly Key: string; readonly Value: string }>;
  /** The ARNs of the managed policies. */
  readonly attachedPolicies: Set<string>;
};

/** A user to add. Everything but the name has a default; any number of keys in any state is allowed. */
export type UserSeed = Pick<LocalUser, 'UserName'> &
  Partial<Pick<LocalUser, 'UserId' | 'Path' | 'CreateDate'>> & {
    readonly keys?: readonly Partial<LocalAccessKey>[];
    readonly tags?: Readonly<Record<string, string>>;
    readonly attachedPolicies?: readonly string[];
  };

const toTags = (tags: Readonly<Record<string, string>>): LocalUser['tags'] =>
  new Map(Object.entries(tags).map(([Key, Value]) => [Key.toLowerCase(), { Key, Value }]));

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Creates ids like those of IAM. They are the same in every run and unique across accounts. */
const createIds = (accountId: string) => {
  let count = 0;
  return (prefix: string, length: number) => {
    count += 1;
    const digest = createHash('sha512').update(`${accountId}${prefix}${count}`).digest();
    const letters = Array.from(digest, (byte) => ID_ALPHABET[byte % ID_ALPHABET.length]);
    return prefix + letters.slice(0, length).join('');
  };
};

const claimName = (byName: Map<string, LocalUser>, UserName: string, user: LocalUser) => {
  const holder = byName.get(UserName.toLowerCase()) ?? user;
  if (holder !== user) {
    const message = `User with name ${UserName} already exists.`;
    throw new ServiceError('EntityAlreadyExists', message, 409);
  }
  byName.set(UserName.toLowerCase(), user);
};

/** Creates the users of one account. Their names are unique case-insensitively. */
export const createUsers = ({ now, accountId }: { now: () => Date; accountId: string }) => {
  const byName = new Map<string, LocalUser>();
  const newId = createIds(accountId);
  const arnOf = (path: string, name: string) => `arn:aws:iam::${accountId}:user${path}${name}`;
  const newKey = (seed: Partial<LocalAccessKey> = {}): LocalAccessKey => {
    const AccessKeyId = newId('AKIA', 16);
    return { AccessKeyId, Status: 'Active', CreateDate: now(), ...seed };
  };

  return {
    /** The users by their name in lower case. */
    byName: byName as ReadonlyMap<string, LocalUser>,
    newKey,
    newSecret: () => newId('', 40),
    create: ({
      keys = [],
      tags = {},
      attachedPolicies = [],
      Path = '/',
      ...seed
    }: UserSeed): LocalUser => {
      const UserId = newId('AIDA', 17);
      const Arn = arnOf(Path, seed.UserName);
      const policies = { attachedPolicies: new Set(attachedPolicies) };
      const own = { Path, Arn, keys: keys.map(newKey), tags: toTags(tags), ...policies };
      const user = { UserId, CreateDate: now(), ...seed, ...own };
      claimName(byName, user.UserName, user);
      return user;
    },
    named: (UserName: string) => {
      const user = byName.get(UserName.toLowerCase());
      if (user !== undefined) return user;
      const message = `The user with name ${UserName} cannot be found.`;
      throw new ServiceError('NoSuchEntity', message, 404);
    },
    rename: (user: LocalUser, UserName: string, Path: string) => {
      const name = user.UserName.toLowerCase();
      claimName(byName, UserName, user);
      if (name !== UserName.toLowerCase()) byName.delete(name);
      Object.assign(user, { UserName, Path, Arn: arnOf(Path, UserName) });
    },
    remove: (user: LocalUser) => void byName.delete(user.UserName.toLowerCase()),
  };
};

export type Users = ReturnType<typeof createUsers>;

/** Schema of the name of a new user. */
const NewUserName = v.pipe(v.string(), v.regex(/^[\w+=,.@-]{1,64}$/));
const Path = v.pipe(v.string(), v.maxLength(512), v.regex(/^\/([\x21-\x7e]+\/)?$/));

/** Schema of the name of an existing user, where IAM accepts 128 characters. */
export const UserName = v.pipe(v.string(), v.regex(/^[\w+=,.@-]{1,128}$/));

/** Schemas of the paging members. The query protocol sends numbers as text. */
export const PAGING = {
  Marker: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(320))),
  MaxItems: v.optional(wholeNumberOrText(1, 1000), 100),
};

/** Returns the error for an unknown marker. */
export const invalidMarker = (marker: string) =>
  new ServiceError('ValidationError', `Invalid Marker ${JSON.stringify(marker)}`);

/** Notifies listeners of a created, changed or deleted user. */
export type Announce = (
  configurationItemStatus: 'ResourceDiscovered' | 'OK' | 'ResourceDeleted',
  user: LocalUser,
) => void;

const toUser = ({ keys: _, tags: __, attachedPolicies: ___, ...User }: LocalUser) => User;
const toTaggedUser = (user: LocalUser) =>
  user.tags.size > 0 ? { ...toUser(user), Tags: [...user.tags.values()] } : toUser(user);

const updateUser = (users: Users, announce: Announce) =>
  iamOperation(
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
  );

const deleteUser = (users: Users, announce: Announce) =>
  iamOperation(v.strictObject({ UserName }), (input) => {
    const user = users.named(input.UserName);
    if (user.keys.length > 0 || user.attachedPolicies.size > 0) {
      const first = user.keys.length > 0 ? 'delete access keys' : 'detach all policies';
      const message = `Cannot delete entity, must ${first} first.`;
      throw new ServiceError('DeleteConflict', message, 409);
    }
    users.remove(user);
    announce('ResourceDeleted', user);
  });

const listUsers = (users: Users, pageSize: number) =>
  iamOperation(
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
  );

/** The operations on users. A request must name its user, because no caller is an IAM user. */
export const userOperations = (
  users: Users,
  announce: Announce,
  pageSize: number,
): Readonly<Record<string, Operation>> => ({
  CreateUser: iamOperation(
    v.strictObject({ UserName: NewUserName, Path: v.optional(Path) }),
    (input) => {
      const user = users.create(input);
      announce('ResourceDiscovered', user);
      return { User: toUser(user) };
    },
  ),
  GetUser: iamOperation(v.strictObject({ UserName }), (input) => ({
    User: toTaggedUser(users.named(input.UserName)),
  })),
  UpdateUser: updateUser(users, announce),
  DeleteUser: deleteUser(users, announce),
  ListUsers: listUsers(users, pageSize),
});
