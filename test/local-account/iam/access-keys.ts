import * as v from 'valibot';
import { type Operation, ServiceError } from '../dispatch.ts';
import { cutPage } from '../request.ts';
import {
  iamOperation,
  invalidMarker,
  type LocalAccessKey,
  type LocalUser,
  PAGING,
  UserName,
  type Users,
} from './users.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const ACCESS_KEYS_PER_USER = 2;

const AccessKeyId = v.pipe(v.string(), v.regex(/^\w{16,128}$/));

const toMetadata = ({ UserName }: LocalUser, { lastUsed: _, ...key }: LocalAccessKey) => ({
  UserName,
  ...key,
});

const keyOf = (user: LocalUser, id: string) => {
  const key = user.keys.find((candidate) => candidate.AccessKeyId === id);
  if (key !== undefined) return key;
  const message = `The Access Key with id ${id} cannot be found.`;
  throw new ServiceError('NoSuchEntity', message, 404);
};

const createAccessKey = (users: Users) =>
  iamOperation(v.strictObject({ UserName }), (input) => {
    const user = users.named(input.UserName);
    if (user.keys.length >= ACCESS_KEYS_PER_USER) {
      const message = `Cannot exceed quota for AccessKeysPerUser: ${ACCESS_KEYS_PER_USER}`;
      throw new ServiceError('LimitExceeded', message, 409);
    }
    const key = users.newKey();
    user.keys.push(key);
    return { AccessKey: { ...toMetadata(user, key), SecretAccessKey: users.newSecret() } };
  });

const listAccessKeys = (users: Users, pageSize: number) =>
  iamOperation(v.strictObject({ UserName, ...PAGING }), ({ UserName, Marker, MaxItems }) => {
    const user = users.named(UserName);
    const page = cutPage({
      list: `ListAccessKeys ${user.UserId}`,
      items: user.keys,
      keyOf: (key) => key.AccessKeyId,
      size: Math.min(MaxItems, pageSize),
      marker: Marker,
      refuse: invalidMarker,
    });
    return {
      AccessKeyMetadata: page.items.map((key) => toMetadata(user, key)),
      IsTruncated: page.next !== undefined,
      Marker: page.next,
    };
  });

/** IAM treats an unknown key like a key of another account. */
const unknownKey = (id: string) =>
  new ServiceError(
    'AccessDenied',
    `not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${id}`,
    403,
  );

const getAccessKeyLastUsed = (users: Users) =>
  iamOperation(v.strictObject({ AccessKeyId }), (input) => {
    for (const user of users.byName.values()) {
      const key = user.keys.find((candidate) => candidate.AccessKeyId === input.AccessKeyId);
      if (key === undefined) continue;
      const AccessKeyLastUsed = key.lastUsed ?? { ServiceName: 'N/A', Region: 'N/A' };
      return { UserName: user.UserName, AccessKeyLastUsed };
    }
    throw unknownKey(input.AccessKeyId);
  });

/** The operations on access keys. As in AWS, none of them notifies AWS Config. */
export const keyOperations = (
  users: Users,
  pageSize: number,
): Readonly<Record<string, Operation>> => ({
  CreateAccessKey: createAccessKey(users),
  ListAccessKeys: listAccessKeys(users, pageSize),
  UpdateAccessKey: iamOperation(
    v.strictObject({ UserName, AccessKeyId, Status: v.picklist(['Active', 'Inactive']) }),
    (input) => {
      keyOf(users.named(input.UserName), input.AccessKeyId).Status = input.Status;
    },
  ),
  DeleteAccessKey: iamOperation(v.strictObject({ UserName, AccessKeyId }), (input) => {
    const user = users.named(input.UserName);
    user.keys.splice(user.keys.indexOf(keyOf(user, input.AccessKeyId)), 1);
  }),
  GetAccessKeyLastUsed: getAccessKeyLastUsed(users),
});
