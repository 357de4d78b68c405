import { beforeEach, describe, expect, it } from 'vitest';
import { batchOf } from '../../support/build.ts';
import {
  change,
  type FindingAccount,
  idOf,
  openFindingAccount,
  SCHEDULE,
} from '../../support/finding-account.ts';
import { inactiveRule, singleRule } from '../../support/findings.ts';

let account: FindingAccount;
let [alice, bob]: [string, string] = ['', ''];
beforeEach(async () => {
  account = await openFindingAccount();
  [alice, bob] = account.seed('alice', 'bob') as [string, string];
  await account.record({ [alice]: 'NON_COMPLIANT', [bob]: 'NON_COMPLIANT' });
});

const failures = (...indices: number[]) => ({
  batchItemFailures: indices.map((index) => ({ itemIdentifier: `message-${index}` })),
});
/** Lets Security Hub refuse the finding with this id. */
const refuse = (Id: string) =>
  account.replace('securityhub', 'BatchImportFindings', () => ({
    ...{ FailedCount: 1, SuccessCount: 1 },
    FailedFindings: [{ Id, ErrorCode: 'InvalidInput', ErrorMessage: 'not like this' }],
  }));

describe('an unreadable message', () => {
  it('is retried, and the others are imported', async () => {
    const batch = batchOf('AKIAIOSFODNN7EXAMPLE', change(alice), change(alice, 'other'));

    expect(await account.handle(batch)).toEqual(failures(0, 2));

    expect(account.states()).toEqual({ [idOf(alice)]: 'ACTIVE' });
    expect(account.line().unreadable).toEqual([
      'compliance change: expected JSON text, got "...MPLE"',
      expect.stringContaining('configRuleName'),
    ]);
  });
});

describe('a failure of one user', () => {
  it.each([
    ['GetComplianceDetailsByResource', 'config', 'ResourceId'],
    ['ListAccessKeys', 'iam', 'UserName'],
  ] as const)(
    'of %s retries the messages of this user only',
    async (operation, service, member) => {
      await account.handle(batchOf(change(alice)));
      const [before] = account.found();
      account.later(1);
      account.failWhen(service, operation, (input) =>
        [alice, 'alice'].includes(String(input[member])),
      );

      const response = await account.handle(batchOf(change(alice), change(bob), change(alice)));

      expect(response).toEqual(failures(0, 2));
      const firstFailure = { errorMessage: `no ${operation} for you` };
      expect(account.line()).toMatchObject({ failures: 1, firstFailure });
      expect(account.states()).toEqual({ [idOf(alice)]: 'ACTIVE', [idOf(bob)]: 'ACTIVE' });
      expect(account.found()[0]).toEqual(before);
    },
  );

  it('by both rules retries each message once', async () => {
    account.failWhen('config', 'GetComplianceDetailsByResource');
    const batch = batchOf(change(alice), change(alice, inactiveRule.name));
    expect(await account.handle(batch)).toEqual(failures(0, 1));
  });

  it('whose finding Security Hub refuses retries the messages of this user only', async () => {
    refuse(idOf(bob));

    const response = await account.handle(batchOf(change(alice), change(bob), 'poison'));

    expect(response).toEqual(failures(2, 1));
    expect(account.line()).toMatchObject({ FindingsImported: 1, failures: 1 });
  });
});

describe('a failure that belongs to no message', () => {
  it('is thrown', async () => {
    refuse('another id');
    await expect(account.handle(batchOf(change(alice)))).rejects.toMatchObject({
      name: 'FailedFindingsError',
      message:
        'BatchImportFindings: expected another id to be imported, got InvalidInput: not like this',
    });
  });

  it('is thrown if Security Hub is off', async () => {
    account.hub.enabled = false;
    await expect(account.handle(SCHEDULE)).rejects.toMatchObject({
      name: 'InvalidAccessException',
    });
  });
});

describe('the log line', () => {
  it('has the rules and the users, and no key id', async () => {
    await account.handle(batchOf(change(alice)));
    expect(account.line()).toMatchObject({
      level: 'INFO',
      ConfigRuleName: `${singleRule.name},${inactiveRule.name}`,
      userIds: [alice],
      FindingsImported: 1,
    });
    expect(account.line()).not.toHaveProperty('unreadable');
    expect(account.lines.join()).not.toContain('AKIA');
  });

  it('names at most ten users and ten unreadable messages', async () => {
    const changes = Array.from({ length: 11 }, (_, index) => change(`AIDA${index}`));
    const unreadable = changes.map((_, index) => '['.repeat(index + 1));
    await account.handle(batchOf(...changes, ...unreadable));
    const userIds = changes.slice(0, 10).map(({ detail }) => detail.resourceId);
    expect(account.line().userIds).toEqual(userIds);
    expect(account.line().unreadable).toHaveLength(10);
  });
});
