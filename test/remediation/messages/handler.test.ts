import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createPublish, createReadExecution } from '../../../remediation/messages/calls.ts';
import { createHandler } from '../../../remediation/messages/handler.ts';
import type { MessageSettings } from '../../../remediation/messages/settings.ts';
import { createClients } from '../../../rule/aws/clients.ts';
import { createEventHistory } from '../../../rule/aws/cloudtrail.ts';
import { ServiceError, type ServiceName } from '../../local-account/dispatch.ts';
import type { UserSeed } from '../../local-account/iam/users.ts';
import { createSns } from '../../local-account/sns/sns.ts';
import { at, daysBefore, keyId, trustOf } from '../../support/build.ts';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';

const INACTIVE = 'iam-user-inactive-access-key';
const OPERATOR = 'arn:aws:iam::123456789012:user/operator';

const lastUsed = (days: number) => ({
  lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
});
const abandoned = { CreateDate: daysBefore(400), ...lastUsed(200) };
const fresh = { CreateDate: daysBefore(0.5), ...lastUsed(0.1) };

let account: ServedAccount;
let sns: ReturnType<typeof createSns>;
let lines: string[];
let settings: MessageSettings;

beforeEach(async () => {
  account = await serveAccount();
  onTestFinished(account.close);
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  account.config.putConfigRule(ruleProperties());
  account.config.putConfigRule({ ...ruleProperties(), ConfigRuleName: INACTIVE });
  const { Arn } = account.roles.create({
    RoleName: 'automation',
    AssumeRolePolicyDocument: trustOf('ssm'),
  });
  sns = createSns({
    ...{ accountId: '123456789012', region: 'us-east-1', now: () => at },
    sqs: { withArn: () => undefined },
  });
  account.dispatcher.register('sns', sns.operations);
  account.dispatcher.register('ssm', {
    GetAutomationExecution: () => ({
      AutomationExecution: { ExecutedBy: OPERATOR, StepExecutions: [] },
    }),
  });
  lines = [];
  const rule = { accountId: '123456789012', isAutomatic: true };
  settings = {
    notificationTopicArn: sns.createTopic('keys'),
    ownerTagKey: 'owner',
    rules: [
      { ...rule, Runbook: 'DeactivateAccessKey', ConfigRuleName: RULE_NAME },
      { ...rule, Runbook: 'DeleteInactiveAccessKey', ConfigRuleName: INACTIVE },
    ],
    ...{ periodHours: 6, deactivationRoleArn: Arn, accountId: '123456789012', region: 'us-east-1' },
  };
});

const seed = (UserName: string, keys: UserSeed['keys'] = [abandoned, fresh], tags = {}) =>
  account.iam.seedUser({ UserName, keys: keys ?? [], tags }).UserId;

/** A compliance-change event, with members of its detail replaced. */
const change = (resourceId: string, detail: object = {}, id = 'event-1') => ({
  ...{ id, source: 'aws.config', 'detail-type': 'Config Rules Compliance Change' },
  detail: {
    ...{ configRuleName: RULE_NAME, resourceType: 'AWS::IAM::User', resourceId },
    newEvaluationResult: {
      complianceType: 'NON_COMPLIANT',
      resultRecordedTime: at.toISOString(),
    },
    ...detail,
  },
});

/** A notice of a runbook about a user. */
const notice = (UserId: string, more: object = {}) => ({
  ...{ Outcome: 'Deactivate', ConfigRuleName: RULE_NAME, ExecutionId: 'execution-1', UserId },
  ...{ UserName: 'alice', AccessKeyId: keyId('OLD'), Reason: 'a reason' },
  ...{ UndoCommand: 'undo', NextCommand: 'next', ...more },
});

const run = (...bodies: unknown[]) => {
  const clients = createClients({ writeLine: (line) => void lines.push(line) });
  const handler = createHandler({
    ...clients,
    readHistory: createEventHistory('us-east-1', clients.countCalls),
    readExecution: createReadExecution(clients.countCalls),
    publish: createPublish(clients.countCalls),
    settings,
    now: () => at,
  });
  const Records = bodies.map((body, index) => ({
    messageId: `message-${index}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }));
  return handler({ Records });
};

const line = () => JSON.parse(lines.at(-1) ?? '');
const countOf = (name: string) =>
  account.dispatcher.calls.filter(({ operation }) => operation === name).length;
const failOn = (service: ServiceName, operation: string, more: object = {}) =>
  account.faults.fail({
    ...{ service, operation, ...more },
    error: new ServiceError('AccessDeniedException', `no ${operation} for you`, 403),
  });
const only = () => {
  expect(sns.published).toHaveLength(1);
  return { Message: '', attributes: {}, ...sns.published[0] };
};
const done = { batchItemFailures: [] };
const retried = (...indexes: number[]) => ({
  batchItemFailures: indexes.map((index) => ({ itemIdentifier: `message-${index}` })),
});

describe('a user that turns NON_COMPLIANT', () => {
  it('is announced with the plan, the date of automatic mode and the owner', async () => {
    const id = seed('alice', undefined, { Owner: 'team-a' });

    expect(await run(change(id))).toEqual(done);

    const { Subject, Message, attributes } = only();
    expect(Subject).toBe('IAM user is NON_COMPLIANT: alice');
    expect(attributes).toEqual({
      ...{ event: 'NON_COMPLIANT', eventId: 'event-1', accountId: '123456789012' },
      ...{ configRuleName: RULE_NAME, owner: 'team-a' },
    });
    expect(Message).toContain('Why: alice: 2 active access keys, 1 allowed.');
    expect(Message).toContain('The plan now: deactivate');
    expect(Message).toContain('on 2026-01-31 12:00 UTC at the earliest');
    expect(line()).toMatchObject({ level: 'INFO', message: 'messages', MessagesPublished: 1 });
  });

  it('gets the date at which its key will have been idle for long enough', async () => {
    const busy = { CreateDate: daysBefore(300), ...lastUsed(3) };
    const id = seed('alice', [busy, fresh]);

    await run(change(id));

    // Idle for seven days on 2026-02-04 at 12:00.
    expect(only().Message).toContain('on 2026-02-04 12:00 UTC at the earliest');
  });

  it('gets no date while no key is selected, nor with automatic remediation off', async () => {
    const id = seed('alice', [
      { CreateDate: daysBefore(300), ...lastUsed(9) },
      { CreateDate: daysBefore(0.5), ...lastUsed(9) },
    ]);

    await run(change(id));
    const [rule, inactiveRule] = settings.rules;
    if (rule === undefined || inactiveRule === undefined) throw new Error('expected two rules');
    settings = { ...settings, rules: [{ ...rule, isAutomatic: false }, inactiveRule] };
    await run(change(id));

    const [first, second] = sns.published.map(({ Message }) => Message);
    expect(first).toContain('deactivates no access key as long as the plan refuses');
    expect(first).toContain('The plan now: no key of alice is selected');
    expect(second).toContain('Automatic remediation is off');
    for (const text of [first, second]) expect(text).not.toContain('at the earliest');
  });

  it.each([
    ['exactly a day before its result', 0, 1],
    ['a millisecond more than a day before its result', 1, 0],
  ])('whose newest key was created %s is announced %s times', async (_, ms, times) => {
    const id = seed('alice', [abandoned, { CreateDate: daysBefore(1) }]);
    const resultRecordedTime = new Date(at.getTime() + ms).toISOString();

    expect(
      await run(
        change(id, {
          newEvaluationResult: { complianceType: 'NON_COMPLIANT', resultRecordedTime },
        }),
      ),
    ).toEqual(done);

    expect(sns.published).toHaveLength(Number(times));
  });

  it('is announced if an old key was reactivated today', async () => {
    const id = seed('alice', [
      { ...abandoned, AccessKeyId: keyId('OLD'), Status: 'Inactive' },
      { CreateDate: daysBefore(100), ...lastUsed(1) },
    ]);
    account.clock.now = daysBefore(0.5);
    const input = { UserName: 'alice', AccessKeyId: keyId('OLD'), Status: 'Active' };
    await account.dispatcher.call({
      ...{ service: 'iam', operation: 'UpdateAccessKey', input, principal: 'operator' },
    });
    account.clock.now = at;

    await run(change(id));

    expect(sns.published).toHaveLength(1);
  });

  it.each([
    [30.5, 1],
    [31.1, 0],
  ])(
    'because of a key that has been inactive for %f days is announced %i times',
    async (days, times) => {
      const id = seed('alice', [{ ...abandoned, AccessKeyId: keyId('OLD') }]);
      account.clock.now = daysBefore(days);
      const input = { UserName: 'alice', AccessKeyId: keyId('OLD'), Status: 'Inactive' };
      await account.dispatcher.call({
        ...{ service: 'iam', operation: 'UpdateAccessKey', input, principal: 'operator' },
      });
      account.clock.now = at;

      await run(change(id, { configRuleName: INACTIVE }));

      expect(sns.published).toHaveLength(times);
      if (times === 0) return;
      expect(only().Message).toContain('Automatic remediation may delete an access key on');
      expect(only().attributes).toMatchObject({ configRuleName: INACTIVE });
    },
  );

  it.each([
    ['was NON_COMPLIANT before', { oldEvaluationResult: { complianceType: 'NON_COMPLIANT' } }, 0],
    ['was COMPLIANT before', { oldEvaluationResult: { complianceType: 'COMPLIANT' } }, 1],
    ['has no earlier result', { oldEvaluationResult: null }, 1],
  ])('and %s', async (_, detail, times) => {
    await run(change(seed('alice'), detail));
    expect(sns.published).toHaveLength(times);
  });

  it.each([
    ['is COMPLIANT by now', () => seed('alice', [fresh])],
    ['is deleted', () => 'AIDADELETED123456789'],
  ])('is not announced by a late event if it %s', async (_, prepare) => {
    expect(await run(change(prepare()))).toEqual(done);

    expect(sns.published).toEqual([]);
    expect(line()).toMatchObject({ MessagesPublished: 0 });
  });

  it('is not announced if its keys are deleted while it is read', async () => {
    const id = seed('alice');
    let reads = 0;
    const { ListAccessKeys } = account.iam.operations;
    account.dispatcher.register('iam', {
      ListAccessKeys: (input, principal) => {
        reads += 1;
        if (reads === 2) account.iam.users.get('alice')?.keys.splice(0, 1);
        return ListAccessKeys?.(input, principal);
      },
    });

    expect(await run(change(id))).toEqual(done);

    expect(sns.published).toEqual([]);
  });

  it('carries the same event id if its event is delivered twice', async () => {
    const id = seed('alice');
    await run(change(id), change(id));
    await run(change(id));
    expect(sns.published.map(({ attributes }) => attributes['eventId'])).toEqual([
      ...['event-1', 'event-1', 'event-1'],
    ]);
  });

  it('is one of many for which users, parameters and history are read once', async () => {
    const ids = ['alice', 'bob', 'carol'].map((name) => seed(name));

    await run(...ids.map((id, index) => change(id, {}, `event-${index}`)));

    expect(sns.published).toHaveLength(3);
    expect([countOf('ListUsers'), countOf('DescribeConfigRules'), countOf('LookupEvents')]).toEqual(
      [...[1, 1, 1]],
    );
  });
});

describe('a notice of a runbook', () => {
  it('is published with who started the execution, and the owner', async () => {
    const id = seed('alice', [fresh], { owner: 'alice@example.com' });

    expect(await run(notice(id))).toEqual(done);

    const { Subject, Message, attributes } = only();
    expect(Subject).toBe('Access key deactivated: alice');
    expect(attributes).toMatchObject({
      ...{ event: 'DEACTIVATED', eventId: 'execution-1', owner: 'alice@example.com' },
    });
    expect(Message).toMatch(
      /\nStarted by: arn:aws:iam::123456789012:user\/operator\nApproved by: not required$/,
    );
  });

  it('goes to the owner of the user with its id, not to that of the user with its former name', async () => {
    const id = seed('alice2', [fresh], { owner: 'team-a' });
    seed('alice', [fresh], { owner: 'team-b' });

    await run(notice(id));

    expect(only().attributes).toMatchObject({ owner: 'team-a' });
  });

  it.each([
    ['has no owner tag', () => seed('alice', [fresh])],
    ['has an empty owner tag', () => seed('alice', [fresh], { owner: ' ' })],
    ['is deleted', () => 'AIDADELETED123456789'],
  ])('has no attribute owner if its user %s', async (_, prepare) => {
    await run(notice(prepare()));
    expect(only().attributes).not.toHaveProperty('owner');
  });

  it('reads no tag without ownerTagKey', async () => {
    settings = { ...settings, ownerTagKey: undefined };
    await run(notice(seed('alice', [fresh], { owner: 'team-a' })));
    expect(only().attributes).not.toHaveProperty('owner');
    expect(countOf('ListUserTags')).toBe(0);
  });

  it('is published although the execution cannot be read', async () => {
    failOn('ssm', 'GetAutomationExecution', { always: true });

    expect(await run(notice(seed('alice')))).toEqual(done);

    expect(only().Message).toMatch(/\nStarted by: unknown\nApproved by: unknown$/);
    expect(line()).toMatchObject({ firstFailure: { errorType: 'AccessDeniedException' } });
  });

  it('says what is not verified', async () => {
    const unverified = { Outcome: 'Unverified', Change: 'deletion', Reason: 'Unverified: ...' };
    await run(notice(seed('alice'), unverified));
    expect(only().Subject).toBe('The deletion of an access key is not verified');
    expect(only().attributes).toMatchObject({ event: 'UNVERIFIED' });
  });
});

describe('a failure', () => {
  it('to publish makes only its message return to the queue', async () => {
    const ids = ['alice', 'bob'].map((name) => seed(name));
    failOn('sns', 'Publish');

    const response = await run(...ids.map((id) => notice(id)));

    expect(response.batchItemFailures).toHaveLength(1);
    expect(sns.published).toHaveLength(1);
    expect(line()).toMatchObject({
      ...{ level: 'INFO', failures: 1, MessagesPublished: 1 },
      firstFailure: { errorMessage: 'no Publish for you' },
    });
  });

  it.each([
    ['cloudtrail', 'LookupEvents'],
    ['config', 'DescribeConfigRules'],
    ['iam', 'ListUserTags'],
  ] as const)('of %s %s makes the message return to the queue', async (service, operation) => {
    failOn(service, operation, { always: true });
    expect(await run(change(seed('alice')))).toEqual(retried(0));
    expect(sns.published).toEqual([]);
  });

  it('to list users makes the whole batch return', async () => {
    failOn('iam', 'ListUsers', { always: true });
    await expect(run(change(seed('alice')))).rejects.toThrow('no ListUsers for you');
  });

  it.each<[string, unknown]>([
    ['text', 'no JSON'],
    ['a result of another rule', change('AIDA', { configRuleName: 'other' })],
    [
      'a COMPLIANT result',
      change('AIDA', { newEvaluationResult: { complianceType: 'COMPLIANT' } }),
    ],
    [
      'a result without an instant',
      change('AIDA', { newEvaluationResult: { complianceType: 'NON_COMPLIANT' } }),
    ],
    ['a notice with an unknown outcome', notice('AIDA', { Outcome: 'Rotate' })],
    ['a notice without a key', notice('AIDA', { AccessKeyId: undefined })],
    ['a notice of another rule', notice('AIDA', { ConfigRuleName: 'other' })],
    ['null', 'null'],
  ])('to read %s makes it return to the queue, and the others are published', async (_, body) => {
    const id = seed('alice');

    expect(await run(body, notice(id))).toEqual(retried(0));

    expect(sns.published).toHaveLength(1);
    expect(line().unreadable).toHaveLength(1);
  });

  it('is an event that is no batch', async () => {
    const clients = createClients({ writeLine: () => {} });
    const handler = createHandler({
      ...clients,
      readHistory: createEventHistory('us-east-1', clients.countCalls),
      readExecution: async () => undefined,
      publish: async () => {},
      settings,
      now: () => at,
    });
    await expect(handler({})).rejects.toThrow('event.Records: expected');
  });
});
