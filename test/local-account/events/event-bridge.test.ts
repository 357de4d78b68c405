import { describe, expect, it } from 'vitest';
import { at } from '../../support/build.ts';
import { createClock } from '../clock.ts';
import { createFunctions } from '../lambda/functions.ts';
import { createSchedules } from '../schedules.ts';
import { createSqs } from '../sqs/sqs.ts';
import { createEventBridge } from './event-bridge.ts';
import { parseSchedule } from './rules.ts';

const accountId = '123456789012';
const region = 'us-east-1';
const queueArn = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
const functionArn = (name: string) => `arn:aws:lambda:${region}:${accountId}:function:${name}`;
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:t';
const RULE = `arn:aws:events:${region}:${accountId}:rule/keys`;

const event = {
  version: '0',
  id: 'event-1',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.iam',
  account: accountId,
  time: '2026-01-31T12:00:00Z',
  region,
  resources: [],
  detail: { eventName: 'CreateAccessKey' },
} as const;

const setup = (target: Record<string, unknown> = {}, rule: Record<string, unknown> = {}) => {
  const clock = createClock({ start: at, speed: 0 });
  const { signal: closed } = new AbortController();
  const schedules = createSchedules({ ...clock, closed });
  const sqs = createSqs({ ...clock, accountId, region, endpoint: 'http://127.0.0.1:9' });
  for (const QueueName of ['keys', 'dead']) sqs.create({ QueueName });
  const invoked: unknown[] = [];
  const lambda = {
    functions: createFunctions(functionArn),
    invokeEvent: async (_arn: string, given: unknown) => void invoked.push(given),
  };
  lambda.functions.create({
    ...{ FunctionName: 'notify', directory: '/code', Handler: 'index.handler' },
    ...{ Runtime: 'nodejs24.x', Role: 'arn:aws:iam::123456789012:role/notify' },
  });
  const bridge = createEventBridge({ ...clock, accountId, region, sqs, lambda, schedules });
  const created = bridge.putRule({
    Name: 'keys',
    EventPattern: { source: ['aws.iam'] },
    Targets: [{ Arn: queueArn('keys'), Id: 'Target0', ...target }],
    ...rule,
  });
  return {
    ...bridge,
    created,
    invoked,
    advance: async (milliseconds: number) => {
      clock.advance(milliseconds);
      await schedules.settled();
    },
    permit: (SourceArn = RULE) =>
      lambda.functions.addPermission({
        ...{ FunctionName: 'notify', Action: 'lambda:InvokeFunction' },
        ...{ Principal: 'events.amazonaws.com', SourceArn },
      }),
    allow: (name: string, SourceArn = RULE) =>
      sqs.setPolicy(sqs.urlOf(name), {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: queueArn(name),
            Condition: { ArnEquals: { 'aws:SourceArn': SourceArn } },
          },
        ],
      }),
    messages: (name: string) => sqs.withArn(queueArn(name))?.messages() ?? [],
  };
};

describe('EventBridge', () => {
  it('sends a matching event to a queue whose policy allows the rule', () => {
    const { put, allow, messages, created } = setup();
    allow('keys');

    put(event);

    expect(created.Arn).toBe(RULE);
    expect(messages('keys').map(({ Body }) => JSON.parse(Body))).toEqual([event]);
  });

  it.each([
    ['an event that does not match', {}, { ...event, source: 'aws.sts' }],
    ['an event of a disabled rule', { State: 'DISABLED' }, event],
  ])('does not send %s', (_, rule, given) => {
    const { put, allow, messages, dropped } = setup({}, rule);
    allow('keys');

    put(given as typeof event);

    expect(messages('keys')).toEqual([]);
    expect(dropped).toEqual([]);
  });

  it('drops an event when the queue policy allows no rule or a different rule', () => {
    const { put, allow, messages, dropped } = setup();
    put(event);
    allow('keys', `${RULE}2`);
    put(event);

    const targetArn = queueArn('keys');
    const expected = { ruleArn: RULE, targetArn, event, reason: 'NO_PERMISSIONS' };
    expect(dropped).toEqual([expected, expected]);
    expect(messages('keys')).toEqual([]);
  });

  it('drops an event for a queue that does not exist', () => {
    const { put, dropped } = setup({ Arn: queueArn('unknown') });

    put(event);

    expect(dropped).toMatchObject([{ reason: 'NO_RESOURCE' }]);
  });

  it('sends an undeliverable event to the dead-letter queue, with the reason', () => {
    const { put, allow, messages, dropped } = setup({
      DeadLetterConfig: { Arn: queueArn('dead') },
    });
    allow('dead');

    put(event);

    expect(dropped).toEqual([]);
    const [letter] = messages('dead');
    expect(JSON.parse(letter?.Body ?? '')).toEqual(event);
    expect(letter?.MessageAttributes).toMatchObject({
      RULE_ARN: { StringValue: RULE },
      TARGET_ARN: { StringValue: queueArn('keys') },
      ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
    });
  });

  it('drops an undeliverable event when the dead-letter queue refuses it too', () => {
    const { put, messages, dropped } = setup({ DeadLetterConfig: { Arn: queueArn('dead') } });

    put(event);

    expect(dropped).toHaveLength(1);
    expect(messages('dead')).toEqual([]);
  });
});

const target = { Arn: queueArn('keys'), Id: 'T' };
const targets = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({ ...target, ...more, Id: `${index}` }));

describe('EventBridge refuses a rule with', () => {
  it.each([
    ['a target that is neither queue nor function', { Targets: [{ ...target, Arn: TOPIC }] }],
    ['a transformed input', { Targets: [{ ...target, InputPath: '$.detail' }] }],
    ['186 attempts', { Targets: [{ ...target, RetryPolicy: { MaximumRetryAttempts: 186 } }] }],
    ['six targets', { Targets: targets(6) }],
    ['a wrong pattern beside a schedule', { EventPattern: {}, ScheduleExpression: 'rate(1 hour)' }],
    ['another bus', { EventBusName: 'own' }],
    ['neither pattern nor schedule', { EventPattern: undefined }],
    ['an unknown matcher', { EventPattern: { source: [{ prefix: 'aws' }] } }],
  ])('%s', (_, rule) => {
    expect(() => setup({}, rule)).toThrow();
  });

  it('no wrong value at the bounds', () => {
    const RetryPolicy = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };
    expect(setup({}, { Targets: targets(5, { RetryPolicy }) }).created.Targets).toHaveLength(5);
  });
});

describe('a function as target', () => {
  const notify = { Arn: functionArn('notify') };

  it('is invoked when its policy allows the rule', async () => {
    const { put, permit, invoked, settled } = setup(notify);
    permit();

    put(event);
    await settled();

    expect(invoked).toEqual([event]);
  });

  it.each([
    ['whose policy allows no rule', 'notify', undefined, 'NO_PERMISSIONS'],
    ['whose policy allows a different rule', 'notify', `${RULE}2`, 'NO_PERMISSIONS'],
    ['that does not exist', 'unknown', RULE, 'NO_RESOURCE'],
  ])('%s is not invoked', (_, name, permitted, reason) => {
    const { put, permit, invoked, dropped } = setup({ Arn: functionArn(name) });
    if (permitted !== undefined) permit(permitted);

    put(event);

    expect(invoked).toEqual([]);
    expect(dropped).toMatchObject([{ reason }]);
  });

  it('sends an event to the dead-letter queue when the function refuses it', () => {
    const { put, allow, messages } = setup({
      ...notify,
      DeadLetterConfig: { Arn: queueArn('dead') },
    });
    allow('dead');

    put(event);

    expect(messages('dead').map(({ Body }) => JSON.parse(Body))).toEqual([event]);
  });
});

describe('a schedule', () => {
  const daily = { EventPattern: undefined, ScheduleExpression: 'rate(1 day)' };
  const DAY = 86_400_000;

  it('sends its own event once per period and ignores other events', async () => {
    const { put, permit, invoked, advance } = setup({ Arn: functionArn('notify') }, daily);
    permit();

    put(event);
    await advance(DAY - 1);
    expect(invoked).toEqual([]);
    await advance(1);
    expect(invoked).toMatchObject([
      {
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        time: '2026-02-01T12:00:00Z',
        resources: [RULE],
      },
    ]);
    await advance(DAY);
    expect(invoked).toHaveLength(2);
  });

  it('stops when its rule is disabled', async () => {
    const { putRule, permit, invoked, advance } = setup({ Arn: functionArn('notify') }, daily);
    permit();

    putRule({ Name: 'keys', ScheduleExpression: 'rate(1 day)', State: 'DISABLED' });
    await advance(2 * DAY);

    expect(invoked).toEqual([]);
  });

  it('sends one event for each due instant, with its time, if the clock passes several', async () => {
    const hours = { ...daily, ScheduleExpression: 'cron(0 0/6 * * ? *)' };
    const { permit, invoked, advance } = setup({ Arn: functionArn('notify') }, hours);
    permit();

    await advance(DAY);

    expect(invoked.map((sent) => Object(sent).time)).toEqual([
      '2026-01-31T18:00:00Z',
      '2026-02-01T00:00:00Z',
      '2026-02-01T06:00:00Z',
      '2026-02-01T12:00:00Z',
    ]);
  });

  it.each([
    ...['rate(1 days)', 'rate(0 days)', 'rate(2 day)', 'daily', 'cron(0 0 * * * *)'],
    ...['cron(60 0 * * ? *)', 'cron(0 24 * * ? *)', 'cron(0 0/0 * * ? *)', 'cron(0 1-2 * * ? *)'],
  ])('refuses %s', (ScheduleExpression) => {
    expect(() => setup({}, { ...daily, ScheduleExpression })).toThrow('expected a rate');
  });

  it.each([
    ['rate(1 hour)', ['2026-01-31T13:00', '2026-01-31T14:00']],
    ['rate(10 minutes)', ['2026-01-31T12:10', '2026-01-31T12:20']],
    ['rate(2 days)', ['2026-02-02T12:00', '2026-02-04T12:00']],
    ['cron(0 * * * ? *)', ['2026-01-31T13:00', '2026-01-31T14:00']],
    ['cron(59 * * * ? *)', ['2026-01-31T12:59', '2026-01-31T13:59']],
    ['cron(0 0/3 * * ? *)', ['2026-01-31T15:00', '2026-01-31T18:00']],
    ['cron(30 1/12 * * ? *)', ['2026-01-31T13:30', '2026-02-01T01:30']],
    ['cron(0 0 * * ? *)', ['2026-02-01T00:00', '2026-02-02T00:00']],
    ['cron(15 23 * * ? *)', ['2026-01-31T23:15', '2026-02-01T23:15']],
  ])('%s is due at %j', (expression, due) => {
    const nextAfter = parseSchedule(expression);
    const first = nextAfter(at.getTime());
    const instants = [first, nextAfter(first)].map((instant) => new Date(instant).toISOString());
    expect(instants).toEqual(due.map((minute) => `${minute}:00.000Z`));
  });
});
