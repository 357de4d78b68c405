import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createActions } from '../../../remediation/automatic/actions.ts';
import { createHandler } from '../../../remediation/automatic/handler.ts';
import type { AutomaticSettings } from '../../../remediation/automatic/settings.ts';
import { createClients } from '../../../rule/aws/clients.ts';
import { createEventHistory } from '../../../rule/aws/cloudtrail.ts';
import { ServiceError, type ServiceName } from '../../local-account/dispatch.ts';
import type { UserSeed } from '../../local-account/iam/users.ts';
import { createSns } from '../../local-account/sns/sns.ts';
import { at, daysBefore, trustOf } from '../../support/build.ts';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';
import { drainEventLoop } from '../../support/stepped-clock.ts';

const HOUR = 3_600_000;
const ROLE = 'arn:aws:iam::123456789012:role/automation';

const lastUsed = (days: number) => ({
  lastUsed: { LastUsedDate: daysBefore(days), ServiceName: 's3', Region: 'us-east-1' },
});
const abandoned = { CreateDate: daysBefore(400), ...lastUsed(200) };
const inUse = { CreateDate: daysBefore(200), ...lastUsed(1) };
const alsoInUse = { CreateDate: daysBefore(300), ...lastUsed(2) };
/** A user whose abandoned key is deactivated, and a user whose keys are both in use. */
const CLEAR = [abandoned, inUse];
const UNCLEAR = [alsoInUse, inUse];

let account: ServedAccount;
let sns: ReturnType<typeof createSns>;
let started: object[];
let lines: string[];
let notificationTopicArn: string;

const open = async (options: { readonly pageSize?: number } = {}) => {
  account = await serveAccount(options);
  onTestFinished(account.close);
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  account.config.putConfigRule(ruleProperties());
  account.roles.create({ RoleName: 'automation', AssumeRolePolicyDocument: trustOf('ssm') });
  sns = createSns({
    ...{ accountId: '123456789012', region: 'us-east-1', now: () => at },
    sqs: { withArn: () => undefined },
  });
  notificationTopicArn = sns.createTopic('keys');
  started = [];
  account.dispatcher.register('sns', sns.operations);
  account.dispatcher.register('ssm', {
    StartAutomationExecution: (input) => {
      started.push(Object(input));
      return { AutomationExecutionId: randomUUID() };
    },
  });
  lines = [];
};
beforeEach(() => open());

const seed = (UserName: string, keys: UserSeed['keys'] = CLEAR, tags = {}) =>
  account.iam.seedUser({ UserName, keys: keys ?? [], tags }).UserId;

/** Records results, as of a number of hours before `at`. */
const record = async (
  ids: readonly string[],
  { hoursAgo = 1, ComplianceType = 'NON_COMPLIANT' } = {},
) => {
  account.clock.now = new Date(at.getTime() - hoursAgo * HOUR);
  account.rule.whenInvoked = async ({ resultToken: ResultToken }) => {
    for (let begin = 0; begin < ids.length; begin += 100) {
      const Evaluations = ids.slice(begin, begin + 100).map((ComplianceResourceId) => ({
        ...{ ComplianceResourceType: 'AWS::IAM::User', ComplianceResourceId, ComplianceType },
        OrderingTimestamp: account.clock.now.getTime() / 1000,
      }));
      account.config.operations.PutEvaluations({ Evaluations, ResultToken }, 'operator');
    }
  };
  await account.config.deliverSchedule(RULE_NAME);
  account.clock.now = at;
};

type Options = Partial<AutomaticSettings> & {
  readonly remainingTime?: () => number;
  readonly maximumEvents?: number;
  readonly now?: Date;
};

const EVENT = { source: 'aws.events', 'detail-type': 'Scheduled Event', time: at.toISOString() };

const run = (options: Options = {}, event: unknown = EVENT) => {
  const { remainingTime, maximumEvents, now = at, ...settings } = options;
  const clients = createClients({ writeLine: (line) => void lines.push(line) });
  const limit = maximumEvents === undefined ? {} : { maximumEvents };
  const handler = createHandler({
    ...clients,
    readHistory: createEventHistory('us-east-1', clients.countCalls, limit),
    actions: createActions(clients.countCalls),
    settings: {
      Runbook: 'DeactivateAccessKey',
      ConfigRuleName: RULE_NAME,
      documentName: 'Document',
      automationRoleArn: ROLE,
      deactivationRoleArn: ROLE,
      accountId: '123456789012',
      periodHours: 12,
      notificationTopicArn,
      ownerTagKey: undefined,
      ...settings,
    },
    now: () => now,
  });
  return handler(event, remainingTime && { getRemainingTimeInMillis: remainingTime });
};
const deletion = { Runbook: 'DeleteInactiveAccessKey' } as const;

const line = () => JSON.parse(lines.at(-1) ?? '');
const operations = () => account.dispatcher.calls.map(({ operation }) => operation);
const countOf = (operation: string) => operations().filter((name) => name === operation).length;
const userIdsOf = (executions: readonly object[]) =>
  executions.map((execution) => Object(execution).Parameters.UserId[0]);

const update = (
  UserName: string,
  Status: 'Active' | 'Inactive',
  days: number,
  principal: string,
) => {
  account.clock.now = daysBefore(days);
  const AccessKeyId = account.iam.users.get(UserName)?.keys[0]?.AccessKeyId;
  const input = { UserName, AccessKeyId, Status };
  const call = account.dispatcher.call({
    ...{ service: 'iam', operation: 'UpdateAccessKey', input, principal },
  });
  account.clock.now = at;
  return call;
};

const failOn = (service: ServiceName, operation: string, nth = 1) =>
  account.faults.fail({
    ...{ service, operation, nth },
    error: new ServiceError('AccessDeniedException', `no ${operation} for you`, 403),
  });

describe('automatic mode', () => {
  it('starts the runbook like a click on Remediate, for each user whose plan acts', async () => {
    const ids = [seed('alice'), seed('bob')];
    seed('carol');
    await record(ids);

    await run();

    const executions = ids.map((UserId) => ({
      DocumentName: 'Document',
      Parameters: {
        UserId: [UserId],
        ConfigRuleName: [RULE_NAME],
        AutomationAssumeRole: [ROLE],
      },
    }));
    expect(started).toHaveLength(2);
    expect(started).toEqual(expect.arrayContaining(executions));
    expect(sns.published).toEqual([]);
    expect(line()).toMatchObject({
      ...{ level: 'INFO', Runbook: 'DeactivateAccessKey', ConfigRuleName: RULE_NAME },
      ...{ planned: 2, refused: 0, reported: 0, started: 2 },
      executions: [expect.stringMatching(/^[\da-f-]{36}$/), expect.any(String)],
    });
  });

  it.each([
    ['is COMPLIANT', async (id: string) => record([id], { ComplianceType: 'COMPLIANT' })],
    ['has no result', async () => {}],
  ])('does nothing for a user that %s', async (_, prepare) => {
    await prepare(seed('alice'));

    await run();

    expect(started).toEqual([]);
    // Without a violation, nothing else is read.
    expect(countOf('ListUsers') + countOf('DescribeConfigRules')).toBe(0);
  });

  it('does nothing for a recorded violation that has ended, or whose user is deleted', async () => {
    await record([seed('alice', [inUse]), 'AIDADELETED123456789']);

    await run();

    expect(started).toEqual([]);
    expect(sns.published).toEqual([]);
    expect(line()).toMatchObject({ planned: 1, refused: 0 });
  });

  it('deletes inactive keys with the other runbook', async () => {
    const id = seed('alice', [abandoned]);
    await update('alice', 'Inactive', 40, 'operator');
    await record([id]);

    await run(deletion);

    expect(userIdsOf(started)).toEqual([id]);
  });

  it('does not read who uses a key: the runbook does', async () => {
    const lastUsed = { ...inUse.lastUsed, LastUsedDate: daysBefore(60) };
    const id = seed('alice', [{ ...abandoned, lastUsed }, inUse]);
    await record([id]);

    await run();

    expect(userIdsOf(started)).toEqual([id]);
    const lookUps = account.dispatcher.calls.filter(
      ({ operation }) => operation === 'LookupEvents',
    );
    expect(lookUps.map(({ input }) => input)).toEqual([
      {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'UpdateAccessKey' }],
        MaxResults: 50,
      },
    ]);
  });

  it('starts nothing while the event history cannot be read completely, and says why', async () => {
    await open({ pageSize: 1 });
    const ids = [seed('alice')];
    seed('eve', [abandoned]);
    for (const days of [30, 20, 10]) await update('eve', 'Active', days, 'operator');
    await record(ids);

    await run({ maximumEvents: 2 });

    expect(started).toEqual([]);
    expect(sns.published[0]?.Message).toContain(
      'Why: no key of alice is selected: the event history',
    );

    await run({ maximumEvents: 3 });

    expect(userIdsOf(started)).toEqual(ids);
  });

  it('starts nothing for a key that was reactivated after the runbook deactivated it', async () => {
    const id = seed('alice');
    await update('alice', 'Inactive', 20, 'automation');
    await update('alice', 'Active', 19, 'operator');
    await record([id]);

    await run();

    expect(started).toEqual([]);
    expect(line()).toMatchObject({ planned: 1, refused: 1 });
  });
});

describe('a refusal', () => {
  it('is reported with the user, the account, the rule, the reason and what to do', async () => {
    const id = seed('alice', UNCLEAR);
    await record([id]);

    await run();

    expect(started).toEqual([]);
    const [message] = sns.published;
    expect(message).toMatchObject({
      TopicArn: notificationTopicArn,
      Subject: 'Access key not deactivated: alice',
    });
    for (const part of [
      `alice (${id})`,
      '123456789012',
      RULE_NAME,
      'Why: no key of alice',
      'To choose a key',
    ])
      expect(message?.Message).toContain(part);
  });

  it('names no document and no role, also in strict mode', async () => {
    account.config.putConfigRule({
      ...ruleProperties(),
      InputParameters: { countInactiveAccessKeys: 'true' },
    });
    await record([seed('alice', [inUse, { ...abandoned, Status: 'Inactive' }])]);

    await run();

    const [{ Message = '' } = {}] = sns.published;
    expect(Message).toContain(
      'delete it instead of deactivating it: aws iam delete-access-key --user-name=alice',
    );
    expect(Message).not.toMatch(/Document\b|role\//);
  });

  it.each([
    ['at the schedule', 0, 1],
    ['a moment after the last schedule', 12 - 1 / HOUR, 1],
    ['at the last schedule', 12, 0],
    ['after the schedule', -1 / HOUR, 0],
  ])('whose result was recorded %s (%f h ago) is reported %i times', async (_, hoursAgo, times) => {
    await record([seed('alice', UNCLEAR)], { hoursAgo });

    await run();

    expect(sns.published).toHaveLength(times);
    expect(line()).toMatchObject({ refused: 1, reported: times });
  });

  it('has attributes for filter policies, which are the same if its run is repeated', async () => {
    const id = seed('alice', UNCLEAR, { Owner: 'team-a' });
    await record([id]);

    await run({ ownerTagKey: 'owner' });
    await run({ ownerTagKey: 'owner', now: new Date(at.getTime() + HOUR) });

    const attributes = {
      ...{ event: 'REFUSED', accountId: '123456789012', configRuleName: RULE_NAME },
      ...{ owner: 'team-a', eventId: `${RULE_NAME}/${id}/2026-01-31T12:00:00.000Z` },
    };
    expect(sns.published.map((one) => one.attributes)).toEqual([attributes, attributes]);
  });

  it('is only logged without a topic', async () => {
    await record([seed('alice', UNCLEAR)]);

    await run({ notificationTopicArn: undefined });

    expect(countOf('Publish')).toBe(0);
    expect(line()).toMatchObject({ refused: 1, reported: 0 });
  });

  it('that is the 101st of a run or a later one is reported in a summary', async () => {
    const ids = Array.from({ length: 102 }, (_, index) => seed(`user${index}`, UNCLEAR));
    await record(ids.slice(0, 100));
    await run();
    expect(sns.published).toHaveLength(100);

    await record(ids.slice(100));
    await run();

    const subjects = sns.published.slice(100).map(({ Subject }) => Subject);
    expect(subjects).toHaveLength(101);
    expect(subjects.at(-1)).toBe('Access keys not deactivated: 2 more users');
  });
});

describe('a failure', () => {
  it('of one user does not stop the others, and is thrown at the end', async () => {
    const ids = ['alice', 'bob', 'carol'].map((name) => seed(name));
    await record(ids);
    failOn('ssm', 'StartAutomationExecution', 2);

    await expect(run()).rejects.toThrow('no StartAutomationExecution for you');

    expect(started).toHaveLength(2);
    expect(line()).toMatchObject({
      ...{ level: 'ERROR', started: 2, failures: 1 },
      firstFailure: { errorType: 'AccessDeniedException' },
    });
  });

  it('to publish is thrown after the other users are handled', async () => {
    await record([seed('alice', UNCLEAR), seed('bob'), seed('carol', UNCLEAR)]);
    failOn('sns', 'Publish');

    await expect(run()).rejects.toThrow('no Publish for you');

    expect(started).toHaveLength(1);
    expect(sns.published).toHaveLength(1);
  });

  it.each([
    ['config', 'GetComplianceDetailsByConfigRule'],
    ['config', 'DescribeConfigRules'],
    ['iam', 'ListUsers'],
  ] as const)('of %s:%s starts nothing and is thrown', async (service, operation) => {
    await record([seed('alice')]);
    failOn(service, operation);

    await expect(run()).rejects.toThrow(`no ${operation} for you`);

    expect(started).toEqual([]);
  });

  it('to read the event history is the failure of every user that needs it', async () => {
    await record([seed('alice'), seed('bob'), seed('carol', UNCLEAR)]);
    failOn('cloudtrail', 'LookupEvents');

    await expect(run()).rejects.toThrow('no LookupEvents for you');

    expect(started).toEqual([]);
    expect(countOf('LookupEvents')).toBe(1);
    expect(line()).toMatchObject({ failures: 2, reported: 1 });
  });

  it.each([undefined, {}, { ...EVENT, time: 'noon' }])('is an event like %j', async (event) => {
    await expect(run({}, event ?? null)).rejects.toThrow('event');
    expect(account.dispatcher.calls).toEqual([]);
  });

  it('is a run that does not end in time; what it has started is logged', async () => {
    await record([seed('alice'), seed('bob')]);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    account.dispatcher.register('ssm', {
      StartAutomationExecution: (input) => {
        started.push(Object(input));
        if (started.length === 1) return { AutomationExecutionId: 'execution-1' };
        for (const [timeIsUp, milliseconds] of timers.mock.calls)
          if (milliseconds === 898_000) timeIsUp();
        return new Promise(() => {});
      },
    });

    const remainingTime = () => 900_000;
    await expect(run({ remainingTime })).rejects.toThrow('stopped with 2000 ms left');

    expect(line()).toMatchObject({ level: 'ERROR', started: 1, executions: ['execution-1'] });
  });
});

describe('a plan that is made too late', () => {
  it('starts nothing after the end of the run', async () => {
    await record([seed('alice'), seed('bob')]);
    const late = account.iam.users.get('bob')?.keys[0]?.AccessKeyId;
    const { GetAccessKeyLastUsed: read } = account.iam.operations;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    account.dispatcher.register('iam', {
      GetAccessKeyLastUsed: async (input, principal) => {
        if (Object(input).AccessKeyId === late) await answered;
        return read?.(input, principal);
      },
    });

    // The time of the run passes only when the test says so.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const outcome = expect(run({ remainingTime: () => 2_300 })).rejects;
    const stopped = outcome.toThrow('stopped with 2000 ms left');
    while (started.length === 0) await drainEventLoop();
    vi.advanceTimersByTime(300);
    await stopped;
    vi.useRealTimers();
    answer();
    await drainEventLoop();

    expect(started).toHaveLength(1);
  });
});

describe('the calls', () => {
  it.each([
    [0, 'alice'],
    [1, 'bob'],
  ])('begin with another user in each run: %i ms later with %s', async (ms, first) => {
    await record(['alice', 'bob'].map((name) => seed(name)));

    await run({ now: new Date(at.getTime() + ms) });

    const read = account.dispatcher.calls.find(({ operation }) => operation === 'GetUser');
    expect(read?.input).toEqual({ UserName: first });
    expect(started).toHaveLength(2);
  });

  it('list the users and read the rule and the history once, however many users violate it', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => seed(`user${index}`));
    await record(ids);
    const before = operations().length;

    await run();

    const counts: Record<string, number> = {};
    for (const operation of operations().slice(before))
      counts[operation] = (counts[operation] ?? 0) + 1;
    expect(counts).toEqual({
      GetComplianceDetailsByConfigRule: 1,
      ListUsers: 1,
      DescribeConfigRules: 1,
      LookupEvents: 1,
      GetUser: 30,
      ListAccessKeys: 30,
      ListAttachedUserPolicies: 30,
      GetAccessKeyLastUsed: 60,
      StartAutomationExecution: 30,
    });
  });

  it('do not read the event history if no plan acts', async () => {
    await record([seed('alice', UNCLEAR)]);

    await run();

    expect(countOf('LookupEvents')).toBe(0);
  });
});
