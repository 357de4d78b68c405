import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local-account/clock.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import type { LocalAccessKey, LocalUser } from '../../local-account/iam/users.ts';
import { createDeployedAccounts, type DeployedAccount } from '../../support/deployed-account.ts';

const createAccount = createDeployedAccounts({ dashboard: false });

let account: DeployedAccount;
let runbook: ReturnType<DeployedAccount['runbook']>;
let clock: ReturnType<typeof createClock>;
beforeEach(async () => {
  clock = createClock();
  account = await createAccount({}, clock);
  account.skipEvaluations();
  runbook = account.runbook('reactivate');
});
afterEach(() => account.close());

const ALLOWED = { AllowSecondActiveKey: 'true' };
const denied = new ServiceError('AccessDenied', 'not authorized', 403);
const inactive: Partial<LocalAccessKey> = { Status: 'Inactive' };
const seed = (UserName: string, ...keys: Partial<LocalAccessKey>[]): LocalUser =>
  account.seed({ UserName, keys });
const id = (user: LocalUser, index: number) => user.keys[index]?.AccessKeyId ?? '';
const statuses = (user: LocalUser) => user.keys.map(({ Status }) => Status);
const callsOfRole = () =>
  account.calls
    .filter(({ principal }) => principal === runbook.role)
    .map(({ operation }) => operation);
const deny = (operation: string, more: object = {}) =>
  account.faults.fail({ service: 'iam', operation, error: denied, ...more });

describe('the runbook that undoes a deactivation', () => {
  it('makes the key active again that the other one deactivated, and says how to take that back', async () => {
    const CreateDate = new Date(Date.now() - 500 * 86_400_000);
    const alice = seed('alice', {}, { CreateDate });
    expect((await account.run({ UserId: alice.UserId, MinimumIdleDays: '0' })).outcome).toBe(
      'Acted',
    );
    expect(statuses(alice)).toEqual(['Active', 'Inactive']);
    // Config starts an evaluation once a minute, and never while one runs.
    await account.settled();
    clock.advance(60_000);

    const { outcome, steps, output } = await runbook.run({ UserId: alice.UserId, ...ALLOWED });

    expect(outcome).toBe('Acted');
    expect(statuses(alice)).toEqual(['Active', 'Active']);
    expect(steps).toEqual([
      'Plan Success',
      'ReadPlan Success',
      'Decide Success',
      'ReactivateAccessKey Success',
      'Verify Success',
      'EvaluateAgain Success',
      'DecideNotify Success',
      'Report Success',
    ]);
    expect(output('AccessKeyId')).toBe(id(alice, 1));
    expect(output('Reason')).toContain('becomes active again, active beside');
    expect(output('UndoCommand')).toBe(
      `aws iam update-access-key --user-name=alice --access-key-id=${id(alice, 1)} --status=Inactive`,
    );
    expect(callsOfRole()).toEqual([
      'Invoke',
      'UpdateAccessKey',
      'ListAccessKeys',
      'StartConfigRulesEvaluation',
    ]);
  });

  it('does so on the boto3 of the machine, where there is one', async () => {
    await account.close();
    account = await createAccount({ python: ['python3'] });
    const alice = seed('alice', inactive);
    const { outcome } = await account.runbook('reactivate').run({ UserId: alice.UserId });
    expect(outcome).toBe('Acted');
    expect(statuses(alice)).toEqual(['Active']);
  });

  it('takes the named one of several inactive keys, and leaves the others', async () => {
    const alice = seed('alice', inactive, inactive);
    const { outcome } = await runbook.run({ UserId: alice.UserId, AccessKeyId: id(alice, 1) });
    expect(outcome).toBe('Acted');
    expect(statuses(alice)).toEqual(['Inactive', 'Active']);
  });

  it('writes nothing in a dry run, and says what it would do', async () => {
    const alice = seed('alice', inactive);
    const { outcome, output, steps } = await runbook.run({ UserId: alice.UserId, DryRun: 'true' });
    expect(outcome).toBe('DryRun');
    expect(output('AccessKeyId')).toBe(id(alice, 0));
    expect(steps).toEqual(['Plan Success', 'ReadPlan Success', 'Decide Success', 'Report Success']);
    expect(statuses(alice)).toEqual(['Inactive']);
  });

  it('has nothing to do with a key that is active, and lets Config look again', async () => {
    const alice = seed('alice', {});
    const { outcome } = await runbook.run({ UserId: alice.UserId, AccessKeyId: id(alice, 0) });
    expect(outcome).toBe('NothingToDo');
    expect(callsOfRole()).toEqual(['Invoke', 'StartConfigRulesEvaluation']);
  });

  it.each<[string, Partial<LocalAccessKey>[], (user: LocalUser) => string, string]>([
    ['a second active key', [{}, inactive], () => '', 'AllowSecondActiveKey=true'],
    ['one of several keys that nobody named', [inactive, inactive], () => '', 'with AccessKeyId'],
    ['another status', [{ Status: 'Expired' }], (user) => id(user, 0), 'it is Expired'],
    ['a key of nobody', [inactive], () => 'AKIANOBODYHASTHISKEY', 'is not an access key'],
  ])('refuses %s, and fails with the reason', async (_, keys, named, reason) => {
    const alice = seed('alice', ...keys);
    const before = statuses(alice);
    const AccessKeyId = named(alice);
    const asked = { UserId: alice.UserId, ...(AccessKeyId !== '' && { AccessKeyId }) };
    const { status, message, steps } = await runbook.run(asked);
    expect(status).toBe('Failed');
    expect(message).toContain('Refused: ');
    expect(message).toContain(reason);
    expect(steps).toEqual(['Plan Success', 'ReadPlan Failed']);
    expect(statuses(alice)).toEqual(before);
  });

  it('makes the key active once, however many operators ask', async () => {
    const alice = seed('alice', inactive);
    const results = await Promise.all([1, 2].map(() => runbook.run({ UserId: alice.UserId })));
    for (const { outcome } of results) expect(['Acted', 'NothingToDo']).toContain(outcome);
    expect(statuses(alice)).toEqual(['Active']);
  });
});

describe('whatever step fails or runs out of time', () => {
  const interruptions = [
    ...['Plan', 'ReadPlan', 'Decide', 'ReactivateAccessKey', 'Verify', 'EvaluateAgain', 'Report'],
  ].flatMap((StepName) =>
    (
      [
        ['Failed', 'before'],
        ['TimedOut', 'after'],
      ] as const
    ).map(([StepStatus, when]) => ({ StepName, StepStatus, when })),
  );

  it.each(interruptions)('$StepName $StepStatus $when its action: no false Acted', async (one) => {
    const alice = seed('alice', inactive);
    account.ssm.interruptStep(one);
    const { status, outcome } = await runbook.run({ UserId: alice.UserId });
    if (outcome === 'Acted') expect(statuses(alice)).toEqual(['Active']);
    const happened = one.StepName === 'ReactivateAccessKey' && one.when === 'after';
    expect(status === 'Success').toBe(one.StepName === 'EvaluateAgain' || happened);
  });
});

describe('when AWS fails', () => {
  const NotificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';

  it('a denied write is no Acted; the failure and the topic say how to take it back all the same', async () => {
    account.sns.createTopic('keys');
    const alice = seed('alice', inactive);
    deny('UpdateAccessKey');
    const { status, message } = await runbook.run({ UserId: alice.UserId, NotificationTopicArn });
    expect(status).toBe('Failed');
    expect(message).toMatch(
      /Unverified: AKIA\w+ of alice should be Active, but is Inactive; look at the step ReactivateAccessKey and at the keys of the user\. Undo: aws iam update-access-key .* --status=Inactive/,
    );
    const [{ Subject, Message = '' } = {}, ...others] = account.sns.published;
    expect(others).toEqual([]);
    expect(Subject).toBe('The reactivation of an access key is not verified');
    expect(message).toContain(Message);
  });

  it('a write that succeeded behind an error is Acted', async () => {
    const alice = seed('alice', inactive);
    const { UpdateAccessKey } = account.iam.operations;
    account.register('iam', {
      UpdateAccessKey: async (input, principal) => {
        await UpdateAccessKey?.(input, principal);
        throw denied;
      },
    });
    expect((await runbook.run({ UserId: alice.UserId })).outcome).toBe('Acted');
  });

  it('reading back that fails at first is tried again, and one that never works is Unverified', async () => {
    const alice = seed('alice', inactive);
    const Outcome = { Outcome: 'Reactivate', UserId: alice.UserId, UserName: 'alice' };
    const texts = { Reason: 'a reason', UndoCommand: 'a command', NextCommand: 'none' };
    const plan = { ...Outcome, ...texts, AccessKeyId: id(alice, 0), KeepAccessKeyId: 'none' };
    account.lambda.override(account.planner, () => ({ ...plan, Basis: 'none', Evidence: 'none' }));
    for (const nth of [1, 2]) deny('ListAccessKeys', { nth });
    expect((await runbook.run({ UserId: alice.UserId })).outcome).toBe('Acted');
    deny('ListAccessKeys', { always: true });
    const { status, message } = await runbook.run({ UserId: alice.UserId });
    expect(status).toBe('Failed');
    expect(message).toContain('should be Active, but is unknown (An error occurred (AccessDenied)');
  });

  it('another key that became inactive meanwhile is nothing to restore', async () => {
    const alice = seed('alice', {}, inactive);
    account.ssm.onStep(({ StepName, StepStatus }) => {
      const [first] = alice.keys;
      if (first !== undefined && StepName === 'Verify' && StepStatus === 'InProgress')
        first.Status = 'Inactive';
    });
    const { outcome } = await runbook.run({ UserId: alice.UserId, ...ALLOWED });
    expect(outcome).toBe('Acted');
    expect(statuses(alice)).toEqual(['Inactive', 'Active']);
  });

  it.each(['config:StartConfigRulesEvaluation', 'sns:Publish'])(
    '%s that fails takes nothing back',
    async (call) => {
      account.sns.createTopic('keys');
      const [service = '', operation = ''] = call.split(':');
      account.faults.fail({ service: service as 'config' | 'sns', operation, error: denied });
      const alice = seed('alice', inactive);
      const { outcome } = await runbook.run({ UserId: alice.UserId, NotificationTopicArn });
      expect(outcome).toBe('Acted');
    },
  );

  it('the topic is told which key is active again, of whom, why, and how to undo it', async () => {
    account.sns.createTopic('keys');
    const alice = seed('alice', inactive);
    const { output } = await runbook.run({ UserId: alice.UserId, NotificationTopicArn });
    const [{ Subject, Message } = {}, ...others] = account.sns.published;
    expect(others).toEqual([]);
    expect(Subject).toBe('Access key active again: alice');
    for (const part of [id(alice, 0), alice.UserId, output('Reason'), output('UndoCommand')])
      expect(Message).toContain(part);
  });
});
