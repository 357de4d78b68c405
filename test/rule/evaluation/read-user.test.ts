import { describe, expect, it } from 'vitest';
import type { Iam, IamUser } from '../../../rule/aws/iam.ts';
import { readRequired, readUser } from '../../../rule/evaluation/read-user.ts';
import { NO_READS, type RequiredReads } from '../../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import { accessKey, daysBefore, userKeys } from '../../support/build.ts';

const { UserId } = userKeys([]);
const [a, b] = [accessKey('A'), accessKey('B')];

/** An IAM with one user that has another name and other keys from call to call. */
const iamOf = (overrides: Partial<Record<keyof Iam, unknown>>): Iam =>
  ({
    getUser: async () => undefined,
    listAccessKeys: async () => [a, b],
    getTag: async () => ({ value: '2026-12-31' }),
    getQuarantinePolicy: async () => ({ name: 'AWSCompromisedKeyQuarantineV3' }),
    withLastUse: async (key: AccessKey) => ({ ...key, LastUsedDate: daysBefore(1) }),
    findUsers: async () => new Map(),
    ...overrides,
  }) as Iam;

describe('readRequired', () => {
  const user = userKeys([a, b]);
  const reads: RequiredReads = {
    tag: () => 'keys-until',
    quarantine: () => false,
    lastUse: ({ keys }) => keys.slice(0, 1),
  };

  it('reads nothing if nothing is required', async () => {
    const iam = iamOf({
      ...{ getTag: undefined, getQuarantinePolicy: undefined },
      ...{ withLastUse: undefined, listAccessKeys: undefined },
    });
    expect(await readRequired(iam, user, NO_READS)).toEqual(user);
  });

  it('reads the tag, then the last use of the required keys', async () => {
    const used = { ...a, LastUsedDate: daysBefore(1) };
    const expected = { ...user, exemption: '2026-12-31', keys: [used, b] };
    expect(await readRequired(iamOf({}), user, reads)).toEqual(expected);
    const exempt: RequiredReads = {
      ...reads,
      lastUse: ({ exemption, keys }) => (exemption ? [] : keys),
    };
    expect(await readRequired(iamOf({}), user, exempt)).toMatchObject({ keys: [a, b] });
  });

  it('returns undefined if the user is gone when its tag is read', async () => {
    const iam = iamOf({ getTag: async () => undefined });
    expect(await readRequired(iam, user, reads)).toBeUndefined();
  });

  it('reads the policy that quarantines the user after the tag, if it is required', async () => {
    const unlessExempt: RequiredReads = { ...reads, quarantine: ({ exemption }) => !exemption };
    const untagged = { getTag: async () => ({ value: undefined }) };
    expect(await readRequired(iamOf(untagged), user, unlessExempt)).toMatchObject({
      quarantinePolicy: 'AWSCompromisedKeyQuarantineV3',
    });
    const iam = iamOf({ getQuarantinePolicy: undefined });
    expect(await readRequired(iam, user, unlessExempt)).not.toHaveProperty('quarantinePolicy');
  });

  it('returns undefined if the user is gone when its policies are read', async () => {
    const iam = iamOf({ getQuarantinePolicy: async () => undefined, withLastUse: undefined });
    expect(await readRequired(iam, user, { ...reads, quarantine: () => true })).toBeUndefined();
  });

  describe('when the last use of a key cannot be read', () => {
    const failing = (listAccessKeys: () => Promise<AccessKey[] | undefined>) =>
      iamOf({
        listAccessKeys,
        withLastUse: async (key: AccessKey) => {
          if (key === a) throw new Error('AccessDenied');
          return { ...key, LastUsedDate: daysBefore(1) };
        },
      });

    it('reads the remaining keys if the key was deleted', async () => {
      const keys = [{ ...b, LastUsedDate: daysBefore(1) }];
      const read = readRequired(
        failing(async () => [b]),
        user,
        reads,
      );
      expect(await read).toEqual({ ...user, exemption: '2026-12-31', keys });
    });

    it('returns undefined if the user was deleted', async () => {
      expect(
        await readRequired(
          failing(async () => undefined),
          user,
          reads,
        ),
      ).toBeUndefined();
    });

    it('throws if the keys are still there', async () => {
      const read = readRequired(
        failing(async () => [a, b]),
        user,
        reads,
      );
      await expect(read).rejects.toThrow('AccessDenied');
    });
  });
});

describe('readUser', () => {
  const alice: IamUser = { UserId, UserName: 'alice' };
  const renamed: IamUser = { UserId, UserName: 'renamed' };
  const listing = (user: IamUser) => async () => new Map([[UserId, user]]);
  const read = (iam: Iam, UserName?: string | null) =>
    readUser(iam, { UserId, UserName }, async (user) => user);

  it('finds the user by its name if the name belongs to the id', async () => {
    const iam = iamOf({ getUser: async () => alice, findUsers: undefined });
    expect(await read(iam, 'alice')).toEqual(userKeys([a, b]));
  });

  it.each([
    ['the name belongs to nobody', undefined],
    ['the name belongs to another user', { UserId: 'AIDABOB', UserName: 'alice' }],
  ])('finds the user by its id if %s', async (_, named) => {
    const iam = iamOf({ getUser: async () => named, findUsers: listing(renamed) });
    expect(await read(iam, 'alice')).toMatchObject(renamed);
  });

  it.each([undefined, null, '', 'a\nb', 'a\ud800', 'a b', 'a'.repeat(129)])(
    'does not call IAM with the name %j, which no user can have',
    async (name) => {
      const iam = iamOf({ getUser: undefined, findUsers: listing(alice) });
      expect(await read(iam, name)).toMatchObject(alice);
    },
  );

  it('calls IAM with a name of 128 characters', async () => {
    const UserName = '=,.@+-_'.repeat(19).slice(0, 128);
    const iam = iamOf({ getUser: async (name: string) => ({ UserId, UserName: name }) });
    expect(await read(iam, UserName)).toMatchObject({ UserId, UserName });
  });

  it('returns undefined if IAM has no user with the id', async () => {
    expect(await read(iamOf({}), 'alice')).toBeUndefined();
  });

  it('looks the user up again if it is renamed between two calls', async () => {
    const iam = iamOf({
      getUser: async () => alice,
      listAccessKeys: async (name: string) => (name === 'alice' ? undefined : [a]),
      findUsers: listing(renamed),
    });
    expect(await read(iam, 'alice')).toEqual(userKeys([a], { UserName: 'renamed' }));
  });

  it('throws if IAM lists the user but does not return its keys, twice', async () => {
    const iam = iamOf({ listAccessKeys: async () => undefined, findUsers: listing(alice) });
    await expect(read(iam)).rejects.toThrow(
      `ListAccessKeys: expected the keys of user ${UserId}, which ListUsers lists, got NoSuchEntity`,
    );
  });
});
