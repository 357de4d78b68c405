import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAccessKey, LocalUser } from '../../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';
import { ruleProperties } from '../../support/served-account.ts';

const createAccount = createDeployedAccounts();

let account: DeployedAccount;
beforeEach(async () => {
  account = await createAccount();
});
afterEach(() => account.close());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const used = (days: number): Partial<LocalAccessKey> => ({
  CreateDate: daysAgo(500),
  lastUsed: { LastUsedDate: daysAgo(days), ServiceName: 's3', Region: 'us-east-1' },
});
const seed = (UserName: string, ...keys: Partial<LocalAccessKey>[]): LocalUser =>
  account.seed({ UserName, keys });
const id = (user: LocalUser, index: number) => user.keys[index]?.AccessKeyId ?? '';
const statuses = (user: LocalUser) => user.keys.map(({ Status }) => Status);
const callsOfRole = () =>
  account.calls
    .filter(({ principal }) => principal === account.automationRole)
    .map(({ operation }) => operation);

describe('the runbook', () => {
  it('deactivates the key idle longest, verifies it, evaluates again, and says how to undo it', async () => {
    const alice = seed('alice', used(1), used(200));

    const { status, steps, output } = await account.run({ UserId: alice.UserId });

    expect(status).toBe('Success');
    expect(statuses(alice)).toEqual(['Active', 'Inactive']);
    expect(steps).toEqual([
      'Plan Success',
      'ReadPlan Success',
      'Decide Success',
      'DeactivateAccessKey Success',
      'Verify Success',
      'EvaluateAgain Success',
      'DecideNotify Success',
      'Report Success',
    ]);
    expect(output('Outcome')).toBe('Acted');
    expect(output('UserName')).toBe('alice');
    expect(output('AccessKeyId')).toBe(id(alice, 1));
    expect(output('Reason')).toContain(`deactivate ${id(alice, 1)} (last used`);
    expect(output('UndoCommand')).toBe(
      `aws iam update-access-key --user-name=alice --access-key-id=${id(alice, 1)} --status=Active`,
    );
    expect(output('NextCommand')).toBe(
      `${account.outputs['DeletionCommand']?.replace('USER_ID', alice.UserId)},AccessKeyId=${id(alice, 1)}`,
    );
    expect(callsOfRole()).toEqual([
      'Invoke',
      'UpdateAccessKey',
      'ListAccessKeys',
      'ListAccessKeys',
      'StartConfigRulesEvaluation',
    ]);
  });

  it('does so on the boto3 of the machine, where there is one', async () => {
    await account.close();
    account = await createAccount({ python: ['python3'] });
    const alice = seed('alice', used(1), used(200));
    expect((await account.run({ UserId: alice.UserId })).outcome).toBe('Acted');
  });

  it('takes one of three keys in an execution', async () => {
    const alice = seed('alice', used(1), used(200), used(100));
    await account.run({ UserId: alice.UserId });
    expect(statuses(alice)).toEqual(['Active', 'Inactive', 'Active']);
  });

  it('takes the named key although the ranking would keep it', async () => {
    const alice = seed('alice', used(1), used(200));
    const { outcome } = await account.run({ UserId: alice.UserId, AccessKeyId: id(alice, 0) });
    expect(outcome).toBe('Acted');
    expect(statuses(alice)).toEqual(['Inactive', 'Active']);
  });

  it('writes nothing in a dry run, and says what it would do', async () => {
    const alice = seed('alice', used(1), used(200));
    const { outcome, output, steps } = await account.run({ UserId: alice.UserId, DryRun: 'true' });
    expect(outcome).toBe('DryRun');
    expect(output('AccessKeyId')).toBe(id(alice, 1));
    expect(steps).toEqual(['Plan Success', 'ReadPlan Success', 'Decide Success', 'Report Success']);
    expect(statuses(alice)).toEqual(['Active', 'Active']);
  });

  it('has nothing to do for a user with one active key, and lets Config look again', async () => {
    const alice = seed('alice', used(1), { ...used(200), Status: 'Inactive' });
    const { outcome, output } = await account.run({ UserId: alice.UserId });
    expect(outcome).toBe('NothingToDo');
    expect(output('Reason')).toBe('alice has 1 active access key, 1 allowed');
    expect(callsOfRole()).toEqual(['Invoke', 'StartConfigRulesEvaluation']);
  });

  it('has nothing to do with a named key that is inactive', async () => {
    const alice = seed('alice', used(1), { ...used(200), Status: 'Inactive' });
    const { outcome } = await account.run({ UserId: alice.UserId, AccessKeyId: id(alice, 1) });
    expect(outcome).toBe('NothingToDo');
  });

  it('decides by the parameters that the rule has now', async () => {
    const alice = seed('alice', used(1), used(200));
    const InputParameters = { maxActiveAccessKeys: '2' };
    account.config.putConfigRule({ ...ruleProperties(), InputParameters });
    const { outcome } = await account.run({ UserId: alice.UserId });
    expect(outcome).toBe('NothingToDo');
  });

  it('takes MinimumIdleDays before the seven days of the rule', async () => {
    const alice = seed('alice', used(1), used(4));
    const { message } = await account.run({ UserId: alice.UserId });
    expect(message).toContain('Refused: no key of alice is selected');
    const { outcome } = await account.run({ UserId: alice.UserId, MinimumIdleDays: '3' });
    expect(outcome).toBe('Acted');
  });
});

describe('the runbook refuses, and fails with the reason,', () => {
  const refused = async (user: LocalUser, parameters: Record<string, string> = {}) => {
    const before = statuses(user);
    const { status, message, steps } = await account.run({ UserId: user.UserId, ...parameters });
    expect(status).toBe('Failed');
    expect(steps).toEqual(['Plan Success', 'ReadPlan Failed']);
    expect(statuses(user)).toEqual(before);
    return message;
  };

  it('two keys that are idle equally long', async () => {
    const lastUsed = { LastUsedDate: daysAgo(200), ServiceName: 's3', Region: 'us-east-1' };
    const message = await refused(seed('alice', { lastUsed }, { lastUsed }));
    expect(message).toContain('Refused: no key of alice is selected');
    expect(message).toContain('have been idle since the same instant');
  });

  it('the last active key, even when it is named', async () => {
    const alice = seed('alice', used(200), { Status: 'Inactive' });
    const message = await refused(alice, { AccessKeyId: id(alice, 0) });
    expect(message).toContain(`Refused: ${id(alice, 0)} is the last active key of alice`);
  });

  it('a key of another user', async () => {
    const bob = seed('bob', used(200), used(1));
    const message = await refused(seed('alice', used(200), used(1)), { AccessKeyId: id(bob, 0) });
    expect(message).toContain(`Refused: ${id(bob, 0)} is not an access key of alice`);
    expect(statuses(bob)).toEqual(['Active', 'Active']);
  });

  it('an id that no user has', async () => {
    const { message } = await account.run({ UserId: 'AIDAXXXXXXXXXXXXGHOST' });
    expect(message).toContain('no IAM user of this account has the id AIDAXXXXXXXXXXXXGHOST');
  });

  it('a rule that does not exist: without its parameters there is no plan', async () => {
    const alice = seed('alice', used(1), used(200));
    const { status, message } = await account.run({
      UserId: alice.UserId,
      ConfigRuleName: 'no-such-rule',
    });
    expect(status).toBe('Failed');
    expect(message).toContain('NoSuchConfigRuleException');
    expect(statuses(alice)).toEqual(['Active', 'Active']);
  });
});

describe('two operators at once', () => {
  it('deactivate the same key, which the ranking chose for both', async () => {
    const alice = seed('alice', used(1), used(200));
    const results = await Promise.all([
      account.run({ UserId: alice.UserId }),
      account.run({ UserId: alice.UserId }),
    ]);
    for (const { outcome } of results) expect(['Acted', 'NothingToDo']).toContain(outcome);
    expect(statuses(alice)).toEqual(['Active', 'Inactive']);
  });

  it('who start it twice with the same token start it once', async () => {
    const alice = seed('alice', used(1), used(200));
    const {
      DeactivationRunbookName = '',
      DeactivationRoleArn = '',
      ConfigRuleName = '',
    } = account.outputs;
    const given = {
      UserId: alice.UserId,
      AutomationAssumeRole: DeactivationRoleArn,
      ConfigRuleName,
    };
    const start = () =>
      account.ssm.operations.StartAutomationExecution(
        {
          DocumentName: DeactivationRunbookName,
          ClientToken: '11111111-2222-4333-8444-555555555555',
          Parameters: Object.fromEntries(
            Object.entries(given).map(([name, value]) => [name, [value]]),
          ),
        },
        'operator',
      );
    const [first, second] = [start(), start()];
    expect(second).toEqual(first);
    await account.settled();
    expect(callsOfRole().filter((operation) => operation === 'Invoke')).toHaveLength(1);
  });

  it('never leave a user without an active key, though each names another one', async () => {
    const alice = seed('alice', used(1), used(200));
    await Promise.all(
      [0, 1].map((index) => account.run({ UserId: alice.UserId, AccessKeyId: id(alice, index) })),
    );
    expect(statuses(alice)).toContain('Active');
  });
});

describe('the topic', () => {
  const tell = (parameters: Record<string, string>, topic = account.sns.createTopic('keys')) =>
    account.run({ NotificationTopicArn: topic, ...parameters });

  it('is told which key was deactivated, of whom, why, and how to undo it', async () => {
    const alice = seed('alice', used(1), used(200));

    const { outcome, output } = await tell({ UserId: alice.UserId });

    expect(outcome).toBe('Acted');
    const [{ Subject, Message = '' } = {}, ...others] = account.sns.published;
    expect(others).toEqual([]);
    expect(Subject).toBe('Access key deactivated: alice');
    for (const part of [
      `The access key ${id(alice, 1)} of the IAM user alice (${alice.UserId})`,
      'account 123456789012',
      `Why: ${output('Reason')}`,
      `Undo: ${output('UndoCommand')}`,
      `When nobody misses it: ${output('NextCommand')}`,
    ])
      expect(Message).toContain(part);
    expect(Message).toMatch(/^Execution: [\da-f-]{36} in us-east-1$/m);
  });

  it.each<[string, Record<string, string>]>([
    ['a dry run', { DryRun: 'true' }],
    ['nothing to do', { AccessKeyId: 'AKIAINACTIVEINACTIVE' }],
    ['a refusal', { AccessKeyId: 'AKIANOBODYHASTHISKEY' }],
  ])('is told nothing of %s', async (_, parameters) => {
    const inactive = { AccessKeyId: 'AKIAINACTIVEINACTIVE', Status: 'Inactive' as const };
    const alice = seed('alice', used(1), used(200), { ...used(300), ...inactive });
    await tell({ UserId: alice.UserId, ...parameters });
    expect(account.sns.published).toEqual([]);
  });

  it('that cannot be told takes nothing back, and its step shows it', async () => {
    const alice = seed('alice', used(1), used(200));

    const topic = 'arn:aws:sns:us-east-1:123456789012:nobody-made-it';
    const { outcome, steps } = await tell({ UserId: alice.UserId }, topic);

    expect(outcome).toBe('Acted');
    expect(statuses(alice)).toEqual(['Active', 'Inactive']);
    expect(steps.slice(-2)).toEqual(['Notify Failed', 'Report Success']);
  });
});
