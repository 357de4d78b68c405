import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanAccount, toScan } from '../../../infra/scan/scan-account.ts';
import { createSources } from '../../../infra/scan/sources.ts';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import { at, daysBefore, trustOf } from '../../support/build.ts';
import { type ServedRule, serveRule, usedKey } from '../../support/served-rule.ts';

let account: ServedRule;
beforeEach(async () => {
  account = await serveRule({ pageSize: 2 });
});
afterEach(() => account.close());

const AccountId = '123456789012';

const scan = (context: Readonly<Record<string, unknown>> = {}) => {
  const credentials = async () => ({ accessKeyId: 'any', secretAccessKey: 'any' });
  const options = { account: { AccountId }, settings: readSettings(context), at };
  return scanAccount(createSources({ region: 'us-east-1', credentials }), options);
};

/** The result and the recommendation of a user for the rule on active keys, or for the other rule. */
const resultOf = async (UserName: string, rule = 'iam-user-single-access-key') => {
  const { results, failures } = await scan();
  expect(failures).toEqual([]);
  return results.find((result) => result.UserName === UserName && result.Rule === rule);
};

const [OLD, USED] = [usedKey(200), usedKey(1)];

describe('a scan of an account that changes', () => {
  const interposeOnce = (operation: string, act: () => Promise<unknown>) => {
    let isFirst = true;
    account.interpose(operation, async (_, proceed) => {
      if (isFirst) {
        isFirst = false;
        await act();
      }
      return proceed();
    });
  };

  it.each(['ListAccessKeys', 'ListUserTags', 'ListAttachedUserPolicies'])(
    'evaluates a user that is renamed before %s once, under its new name',
    async (operation) => {
      account.iam.seedUser({ UserName: 'alice', keys: [OLD, USED] });
      interposeOnce(operation, () =>
        account.call('UpdateUser', { UserName: 'alice', NewUserName: 'bob' }),
      );
      const { results, failures } = await scan({ exemptionTagKey: 'keys-until' });

      expect(failures).toEqual([]);
      expect(new Set(results.map(({ UserName }) => UserName))).toEqual(new Set(['bob']));
      expect(results.map(({ Rule }) => Rule).sort()).toEqual([
        'iam-user-inactive-access-key',
        'iam-user-single-access-key',
      ]);
    },
  );

  it('has no result of a user that is deleted meanwhile', async () => {
    account.iam.seedUser({ UserName: 'alice' });
    interposeOnce('ListAccessKeys', () => account.call('DeleteUser', { UserName: 'alice' }));

    expect(await scan()).toMatchObject({ results: [], failures: [], account: { Users: 1 } });
  });

  it('evaluates the keys that are left if a key is deleted meanwhile', async () => {
    const { keys } = account.iam.seedUser({ UserName: 'alice', keys: [OLD, USED] });
    const [AccessKeyId, left] = keys.map((key) => key.AccessKeyId);
    interposeOnce('GetAccessKeyLastUsed', () =>
      account.call('DeleteAccessKey', { UserName: 'alice', AccessKeyId }),
    );

    expect(await resultOf('alice')).toMatchObject({
      ComplianceType: 'COMPLIANT',
      AccessKeys: [{ AccessKeyId: left }],
    });
  });

  it('lists a user whose keys IAM does not return', async () => {
    account.iam.seedUser({ UserName: 'alice' });
    account.dispatcher.register('iam', {
      ListAccessKeys: (input) =>
        account.iam.operations['GetUser']?.({ UserName: `${Object(input).UserName}-` }, ''),
    });

    expect(await scan()).toMatchObject({
      results: [],
      failures: [
        {
          ...{ AccountId, UserName: 'alice' },
          Message: expect.stringMatching(/^its keys: .* expected the keys of user AIDA/),
        },
      ],
    });
  });

  it('evaluates the users that are listed before ListUsers fails', async () => {
    for (const UserName of ['alice', 'bob', 'carol']) account.iam.seedUser({ UserName });
    account.deny('iam', 'ListUsers', { nth: 2 });
    const { results, failures } = await scan();

    expect(new Set(results.map(({ UserName }) => UserName))).toEqual(new Set(['alice', 'bob']));
    expect(failures).toMatchObject([
      { AccountId, Message: expect.stringMatching(/^the users: AccessDenied/) },
    ]);
  });
});

describe('the recommendation', () => {
  const setStatus = (AccessKeyId: string, Status: string, principal: string) => {
    const input = { UserName: 'alice', AccessKeyId, Status };
    return account.dispatcher.call({
      service: 'iam',
      operation: 'UpdateAccessKey',
      input,
      principal,
    });
  };

  it.each([
    ['IamUserSingleAccessKey-DeactivateAccessKeyAutomationRole97735492-1A2B3C', true],
    ['StackSet-IamUserSingleAc-DeactivateAccessKeyAutom-1A2B3C', true],
    ['another-role', false],
  ])(
    'respects that a key was reactivated after the runbook, with the role %s: %j',
    async (RoleName, isRefused) => {
      const { keys } = account.iam.seedUser({ UserName: 'alice', keys: [OLD, USED] });
      const AccessKeyId = keys[0]?.AccessKeyId ?? '';
      account.roles.create({ RoleName, AssumeRolePolicyDocument: trustOf('ssm.amazonaws.com') });
      account.clock.now = daysBefore(10);
      await setStatus(AccessKeyId, 'Inactive', RoleName);
      account.clock.now = daysBefore(5);
      await setStatus(AccessKeyId, 'Active', 'operator');
      account.clock.now = at;

      const result = await resultOf('alice');
      expect(result?.Annotation).toContain(`Deactivate ${AccessKeyId}`);
      expect(result?.Recommendation).toMatchObject(
        isRefused
          ? {
              Action: 'None',
              AccessKeyId,
              Reason: expect.stringMatching(/was reactivated on 2026-01-26 by arn:aws/),
            }
          : { Action: 'Deactivate', AccessKeyId },
      );
    },
  );

  it('names the inactive key that has to be deleted, which no runbook deletes for this rule', async () => {
    const { keys } = account.iam.seedUser({
      UserName: 'alice',
      keys: [usedKey(200, 'Inactive'), USED],
    });
    const { results } = await scan({ countInactiveAccessKeys: true });
    const AccessKeyId = keys[0]?.AccessKeyId;

    expect(results.find(({ Rule }) => Rule === 'iam-user-single-access-key')).toMatchObject({
      Annotation: expect.stringContaining(`Delete ${AccessKeyId}`),
      Recommendation: {
        ...{ Action: 'None', AccessKeyId },
        Reason: expect.stringContaining(
          `aws iam delete-access-key --user-name=alice --access-key-id=${AccessKeyId}`,
        ),
      },
    });
  });

  it('is the deletion of a key that has been inactive for long enough', async () => {
    const { keys } = account.iam.seedUser({ UserName: 'alice', keys: [usedKey(200, 'Inactive')] });
    const AccessKeyId = keys[0]?.AccessKeyId;

    expect(await resultOf('alice', 'iam-user-inactive-access-key')).toMatchObject({
      ComplianceType: 'NON_COMPLIANT',
      Recommendation: {
        ...{ Action: 'Delete', AccessKeyId },
        Reason: expect.stringMatching(/^delete AKIA\w+ permanently: /),
        Command: `aws iam delete-access-key --user-name=alice --access-key-id=${AccessKeyId}`,
      },
    });
  });
});

describe('a scan of several accounts', () => {
  it('has the violations first, then orders by account, user and rule', async () => {
    account.iam.seedUser({ UserName: 'bob', keys: [OLD, USED] });
    account.iam.seedUser({ UserName: 'alice' });
    const one = await scan();
    const other = {
      ...one,
      account: { ...one.account, AccountId: '000000000000' },
      results: one.results.map((result) => ({ ...result, AccountId: '000000000000' })),
    };
    const { Results, Accounts, ScanTime } = toScan([one, other], {
      settings: readSettings({}),
      at,
    });

    expect(ScanTime).toBe('2026-01-31T12:00:00.000Z');
    expect(Accounts.map((scanned) => scanned.AccountId)).toEqual([AccountId, '000000000000']);
    const order = Results.map((result) => [result.AccountId[0], result.UserName, result.Rule]);
    const [single, inactive] = ['iam-user-single-access-key', 'iam-user-inactive-access-key'];
    expect(order).toEqual([
      ['0', 'bob', single],
      ['1', 'bob', single],
      ...['0', '1'].flatMap((id) => [
        [id, 'alice', inactive],
        [id, 'alice', single],
        [id, 'bob', inactive],
      ]),
    ]);
  });
});
