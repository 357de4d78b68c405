import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  paginateListAccessKeys,
  paginateListUsers,
  UpdateAccessKeyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedAccount, serveAccount } from '../../support/served-account.ts';
import type { UserChange } from './iam.ts';

let account: ServedAccount;
const iam = () => account.iamClient;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
});
afterEach(() => account.close());

const missing = { name: 'NoSuchEntityException' };

describe('IAM users', () => {
  it('are created, read, renamed and deleted', async () => {
    const created = await iam().send(new CreateUserCommand({ UserName: 'alice', Path: '/eng/' }));
    await iam().send(
      new UpdateUserCommand({ UserName: 'alice', NewUserName: 'alicia', NewPath: '/' }),
    );
    const { User } = await iam().send(new GetUserCommand({ UserName: 'alicia' }));

    expect(created.User?.Arn).toBe('arn:aws:iam::123456789012:user/eng/alice');
    expect(created.User?.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(User).toEqual({
      ...created.User,
      UserName: 'alicia',
      Path: '/',
      Arn: 'arn:aws:iam::123456789012:user/alicia',
    });
    await iam().send(new DeleteUserCommand({ UserName: 'alicia' }));
    for (const UserName of ['alice', 'alicia'])
      await expect(iam().send(new GetUserCommand({ UserName }))).rejects.toMatchObject(missing);
  });

  it('have names that are unique case-insensitively', async () => {
    account.iam.seedUser({ UserName: 'Alice' });
    account.iam.seedUser({ UserName: 'bob' });

    const create = (UserName: string) => iam().send(new CreateUserCommand({ UserName }));
    const rename = (UserName: string, NewUserName: string) =>
      iam().send(new UpdateUserCommand({ UserName, NewUserName }));

    for (const refused of [create('aLICE'), rename('bob', 'ALICE')])
      await expect(refused).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    await rename('alice', 'ALICE');
    expect([...account.iam.users.values()].map((user) => user.UserName)).toEqual(['ALICE', 'bob']);
  });

  it('are listed in pages that can be shorter than MaxItems', async () => {
    for (const UserName of ['dave', 'alice', 'carol', 'bob', 'erin'])
      account.iam.seedUser({ UserName });

    const pages: (string | undefined)[][] = [];
    for await (const { Users } of paginateListUsers({ client: iam(), pageSize: 1000 }, {}))
      pages.push(Users?.map((user) => user.UserName) ?? []);

    expect(pages).toEqual([['alice', 'bob'], ['carol', 'dave'], ['erin']]);
  });

  it('are all listed even if one is deleted between two pages', async () => {
    for (const UserName of ['alice', 'bob', 'carol']) account.iam.seedUser({ UserName });

    const first = await iam().send(new ListUsersCommand({}));
    await iam().send(new DeleteUserCommand({ UserName: 'alice' }));
    const second = await iam().send(new ListUsersCommand({ Marker: first.Marker }));

    expect(second.Users?.map((user) => user.UserName)).toEqual(['carol']);
    expect(second.IsTruncated).toBe(false);
  });

  it('are filtered by path', async () => {
    account.iam.seedUser({ UserName: 'alice', Path: '/eng/' });
    account.iam.seedUser({ UserName: 'bob', Path: '/engine/' });

    const listed = await iam().send(new ListUsersCommand({ PathPrefix: '/eng/' }));

    expect(listed.Users?.map((user) => user.UserName)).toEqual(['alice']);
  });

  it.each([
    ['a name of 65 characters', new CreateUserCommand({ UserName: 'x'.repeat(65) })],
    ['a name with a space', new CreateUserCommand({ UserName: 'a b' })],
    ['a path without slashes', new CreateUserCommand({ UserName: 'a', Path: 'eng' })],
    ['unknown members', new CreateUserCommand({ UserName: 'a', PermissionsBoundary: 'b' })],
    ['a page size of 0', new ListUsersCommand({ MaxItems: 0 })],
    ['a page size of 1001', new ListUsersCommand({ MaxItems: 1001 })],
    ['an unknown marker', new ListUsersCommand({ Marker: 'YWxpY2U' })],
    ['a request without a user name', new GetUserCommand({})],
  ])('refuses %s', async (_what, command) => {
    // The commands have different types, but the same error.
    await expect(iam().send(command as GetUserCommand)).rejects.toMatchObject({
      name: 'ValidationError',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('can have a name of 64 characters', async () => {
    await iam().send(new CreateUserCommand({ UserName: 'x'.repeat(64) }));
  });

  it('notify listeners of their changes, but not of changes of keys', async () => {
    const changes: [string, string][] = [];
    account.iam.onUserChange(({ configurationItemStatus, user }: UserChange) =>
      changes.push([configurationItemStatus, user.UserName]),
    );

    account.iam.seedUser({ UserName: 'seeded' });
    await iam().send(new CreateUserCommand({ UserName: 'alice' }));
    const { AccessKey } = await iam().send(new CreateAccessKeyCommand({ UserName: 'alice' }));
    const key = { UserName: 'alice', AccessKeyId: AccessKey?.AccessKeyId };
    await iam().send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    await iam().send(new DeleteAccessKeyCommand(key));
    await iam().send(new UpdateUserCommand({ UserName: 'alice', NewUserName: 'bob' }));
    await iam().send(new DeleteUserCommand({ UserName: 'bob' }));

    expect(changes).toEqual([
      ['ResourceDiscovered', 'alice'],
      ['OK', 'bob'],
      ['ResourceDeleted', 'bob'],
    ]);
  });
});

describe('IAM access keys', () => {
  it('are created with a secret, at most two per user in any status', async () => {
    account.iam.seedUser({ UserName: 'alice', keys: [{ Status: 'Inactive' }] });

    const { AccessKey } = await iam().send(new CreateAccessKeyCommand({ UserName: 'alice' }));
    const third = iam().send(new CreateAccessKeyCommand({ UserName: 'alice' }));

    expect(AccessKey?.AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(AccessKey?.SecretAccessKey).toHaveLength(40);
    await expect(third).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  it('are listed in pages, in any status', async () => {
    const keys = (['Active', 'Inactive', 'Expired'] as const).map((Status) => ({ Status }));
    account.iam.seedUser({ UserName: 'alice', keys });

    const pages: (string | undefined)[][] = [];
    const input = { UserName: 'ALICE' };
    for await (const { AccessKeyMetadata } of paginateListAccessKeys({ client: iam() }, input))
      pages.push(AccessKeyMetadata?.map((key) => key.Status) ?? []);

    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    expect(pages.flat().sort()).toEqual(['Active', 'Expired', 'Inactive']);
  });

  it('are not listed with the marker of another user', async () => {
    account.iam.seedUser({ UserName: 'alice', keys: [{}, {}, {}] });
    account.iam.seedUser({ UserName: 'bob', keys: [{}] });

    const { Marker } = await iam().send(new ListAccessKeysCommand({ UserName: 'alice' }));
    const mixed = iam().send(new ListAccessKeysCommand({ UserName: 'bob', Marker }));

    await expect(mixed).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('change only through their own user and not to Expired', async () => {
    const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';
    const alice = account.iam.seedUser({ UserName: 'alice', keys: [{ AccessKeyId }] });
    account.iam.seedUser({ UserName: 'bob' });

    const update = (UserName: string, Status: 'Active' | 'Inactive' | 'Expired') =>
      iam().send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));

    await expect(update('bob', 'Inactive')).rejects.toMatchObject(missing);
    await expect(update('alice', 'Expired')).rejects.toMatchObject({ name: 'ValidationError' });
    expect(alice.keys[0]?.Status).toBe('Active');
    await update('alice', 'Inactive');
    expect(alice.keys[0]?.Status).toBe('Inactive');
  });

  it('prevent the deletion of their user', async () => {
    const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';
    account.iam.seedUser({ UserName: 'alice', keys: [{ AccessKeyId }] });

    const tooEarly = iam().send(new DeleteUserCommand({ UserName: 'alice' }));

    await expect(tooEarly).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam().send(new DeleteAccessKeyCommand({ UserName: 'alice', AccessKeyId }));
    await iam().send(new DeleteUserCommand({ UserName: 'alice' }));
  });

  it('have a last use with date, service and Region, or N/A', async () => {
    const LastUsedDate = new Date('2026-01-30T08:00:00Z');
    const lastUsed = { LastUsedDate, ServiceName: 's3', Region: 'us-east-1' };
    const { keys } = account.iam.seedUser({ UserName: 'alice', keys: [{ lastUsed }, {}] });

    const [used, unused] = await Promise.all(
      keys.map(({ AccessKeyId }) => iam().send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))),
    );

    expect(used).toMatchObject({ UserName: 'alice', AccessKeyLastUsed: lastUsed });
    expect(unused?.AccessKeyLastUsed).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
  });

  it('of another account are access denied', async () => {
    const unknown = new GetAccessKeyLastUsedCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' });

    await expect(iam().send(unknown)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
