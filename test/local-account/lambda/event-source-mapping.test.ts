import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { createClockedAccount } from '../../support/clocked-account.ts';
import { ServiceError } from '../dispatch.ts';

const SECOND = 1000;
/** The VisibilityTimeout of a queue by default, in milliseconds. */
const HIDDEN = 30 * SECOND;
const ARN = 'arn:aws:sqs:us-east-1:123456789012';

/** Waits until the check passes, on a machine of any speed. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 50_000 });

const Event = v.object({
  Records: v.array(v.looseObject({ messageId: v.string(), body: v.string() })),
});
const bodiesIn = (event: unknown) => v.parse(Event, event).Records.map(({ body }) => body);

/** An account with a queue, its dead-letter queue, and a function that is mapped to the queue. */
const setup = async (
  mapping: Record<string, unknown> = {},
  { queue = {}, answer = (_event: unknown): unknown => undefined } = {},
) => {
  const account = await createClockedAccount();
  account.sqs.create({ QueueName: 'dead' });
  const source = account.sqs.create({
    QueueName: 'queue',
    RedrivePolicy: { deadLetterTargetArn: `${ARN}:dead`, maxReceiveCount: 2 },
    ...queue,
  });
  const events: unknown[] = [];
  account.createFunction('worker', async (event) => {
    events.push(event);
    return answer(event);
  });
  const create = (changed: Record<string, unknown> = {}) =>
    account.eventSourceMappings.create({
      EventSourceArn: `${ARN}:queue`,
      FunctionName: 'worker',
      ...mapping,
      ...changed,
    });
  create();
  return {
    ...account,
    create,
    events,
    batches: () => events.map(bodiesIn),
    send: (...bodies: string[]) => {
      const MessageAttributes = { Kind: { DataType: 'String', StringValue: 'test' } };
      for (const Body of bodies) source.send({ Body, SenderId: 'operator', MessageAttributes });
    },
    left: (name: string) => account.sqs.withArn(`${ARN}:${name}`)?.messages().length,
    /** Waits until the poller has received this number of messages. */
    received: (count: number) =>
      until(() => expect(source.counts().ApproximateNumberOfMessagesNotVisible).toBe(count)),
  };
};

describe('a batch', () => {
  it('is the event that Lambda builds, and is deleted when the function succeeds', async () => {
    const { send, settled, events, left, now } = await setup();
    send('one');

    await settled();

    const time = String(now().getTime());
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
            receiptHandle: expect.any(String),
            body: 'one',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: time,
              SenderId: 'operator',
              ApproximateFirstReceiveTimestamp: time,
            },
            messageAttributes: {
              Kind: {
                stringValue: 'test',
                stringListValues: [],
                binaryListValues: [],
                dataType: 'String',
              },
            },
            md5OfBody: 'f97c5d29941bfb1b2fdab0874906ab82',
            eventSource: 'aws:sqs',
            eventSourceARN: `${ARN}:queue`,
            awsRegion: 'us-east-1',
          },
        ],
      },
    ]);
    expect(left('queue')).toBe(0);
  });

  it('is received and deleted with the role of the function', async () => {
    const { send, settled, calls } = await setup();
    send('one');

    await settled();

    expect(calls.map(({ principal, operation }) => `${principal} ${operation}`)).toEqual([
      'worker GetQueueAttributes',
      'worker ReceiveMessage',
      'worker DeleteMessage',
    ]);
  });

  it('waits for its window, which opens with the first message, to the millisecond', async () => {
    const window = { BatchSize: 1000, MaximumBatchingWindowInSeconds: 60 };
    const queue = { VisibilityTimeout: 300 };
    const { send, received, settled, advance, batches } = await setup(window, { queue });
    send('one');
    await received(1);

    advance(30 * SECOND);
    send('two');
    await received(2);
    advance(30 * SECOND - 1);
    await setImmediate();
    expect(batches()).toEqual([]);

    advance(1);
    await settled();
    expect(batches()).toEqual([['one', 'two']]);
  });

  it('does not wait when it is full, even if it takes several calls to fill', async () => {
    const window = { BatchSize: 12, MaximumBatchingWindowInSeconds: 300 };
    const { send, batches, received, advance, settled } = await setup(window);
    const bodies = Array.from({ length: 13 }, (_, index) => `message ${index}`);

    send(...bodies);

    await until(() => expect(batches()).toEqual([bodies.slice(0, 12)]));
    await received(1);
    advance(300 * SECOND);
    await settled();
    expect(batches()).toEqual([bodies.slice(0, 12), bodies.slice(12)]);
  });

  it('waits while MaximumConcurrency batches are in progress', async () => {
    let running = 0;
    let most = 0;
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const answer = async () => {
      running += 1;
      most = Math.max(most, running);
      if (running === 2) open();
      await opened;
      running -= 1;
    };
    const mapping = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } };
    const { send, settled, batches } = await setup(mapping, { answer });

    send('one', 'two', 'three', 'four', 'five');
    await settled();

    expect(batches()).toHaveLength(5);
    expect(most).toBe(2);
  });
});

describe('a function that fails', () => {
  const answer = () => {
    throw new Error('not today');
  };

  it('gets its messages again until they move to the dead-letter queue', async () => {
    const { send, advance, settled, batches, left } = await setup({}, { answer });
    send('one', 'two');
    for (const times of [1, 2]) {
      await until(() => expect(batches()).toHaveLength(times));
      advance(HIDDEN);
    }

    await settled();

    expect(batches()).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect([left('queue'), left('dead')]).toEqual([0, 2]);
  });

  it('gets them again after the VisibilityTimeout and no earlier', async () => {
    const { send, advance, batches } = await setup({}, { answer });
    send('one');
    await until(() => expect(batches()).toHaveLength(1));

    advance(HIDDEN - 1);
    await setImmediate();
    expect(batches()).toHaveLength(1);

    advance(1);
    await until(() => expect(batches()).toHaveLength(2));
  });
});

describe('a function that reports batch item failures', () => {
  it('gets only the reported messages again', async () => {
    const answer = (event: unknown) => {
      const [, second] = v.parse(Event, event).Records;
      return { batchItemFailures: second ? [{ itemIdentifier: second.messageId }] : [] };
    };
    const mapping = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
    const { send, advance, settled, batches, left } = await setup(mapping, { answer });
    send('one', 'two', 'three');
    await until(() => expect(left('queue')).toBe(1));
    advance(HIDDEN);

    await settled();

    expect(batches()).toEqual([['one', 'two', 'three'], ['two']]);
    expect([left('queue'), left('dead')]).toEqual([0, 0]);
  });

  it('is ignored without ReportBatchItemFailures', async () => {
    const answer = () => ({ batchItemFailures: [{ itemIdentifier: '' }] });
    const { send, settled, batches } = await setup({}, { answer });
    send('one');

    await settled();

    expect(batches()).toEqual([['one']]);
  });
});

describe('a poller', () => {
  it.each([
    ['receives a message again one second after a refusal', 'ReceiveMessage', SECOND, [['one']]],
    [
      'delivers a message again that it could not delete',
      'DeleteMessage',
      HIDDEN,
      [['one'], ['one']],
    ],
  ])('%s', async (_, operation, milliseconds, expected) => {
    const { send, settled, advance, batches, faults, calls } = await setup();
    const error = new ServiceError('RequestThrottled', 'Rate exceeded');
    faults.fail({ service: 'sqs', operation, error });
    send('one');
    await until(() => expect(calls.at(-1)).toMatchObject({ errorCode: 'RequestThrottled' }));

    advance(milliseconds);
    await settled();

    expect(batches()).toEqual(expected);
  });

  it('makes no calls while the queue is empty', async () => {
    const { calls, advance } = await setup();
    advance(600 * SECOND);
    await setImmediate();

    expect(calls).toEqual([]);
  });

  it('does not run for a disabled mapping', async () => {
    const { send, settled, batches, left } = await setup({ Enabled: false });
    send('one');

    await settled();

    expect(batches()).toEqual([]);
    expect(left('queue')).toBe(1);
  });

  it('stops when the account closes in the middle of a window', async () => {
    const window = { BatchSize: 100, MaximumBatchingWindowInSeconds: 300 };
    const { send, received, close, batches } = await setup(window);
    send('one');
    await received(1);

    await close();
    await setImmediate();

    expect(batches()).toEqual([]);
  });
});

describe('a mapping', () => {
  it.each([
    ['a batch of 11 without a window', { BatchSize: 11 }, 'at least 1'],
    ['a batch of 10,001', { BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 }, '<=10000'],
    ['a window of 301 s', { MaximumBatchingWindowInSeconds: 301 }, '<=300'],
    ['a concurrency of 1', { ScalingConfig: { MaximumConcurrency: 1 } }, '>=2'],
    ['an unknown queue', { EventSourceArn: `${ARN}:unknown` }, 'does not exist'],
    ['a stream', { EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/s' }, 'SQS queue'],
    ['an unknown function', { FunctionName: 'unknown' }, 'Function not found'],
    ['the same queue again', {}, 'already mapped'],
    ['a filter', { FilterCriteria: {} }, 'FilterCriteria'],
    ['a longer function timeout', { FunctionName: 'slow' }, 'less than Function timeout'],
  ])('is refused with %s', async (_, changed, message) => {
    const { create, createFunction } = await setup({}, { queue: { VisibilityTimeout: 30 } });
    createFunction('slow', () => {}, 31);

    expect(() => create(changed)).toThrow(message);
  });

  it('is accepted at each of these bounds', async () => {
    const { create, createFunction } = await setup({}, { queue: { VisibilityTimeout: 30 } });
    createFunction('slow', () => {}, 30);

    const ScalingConfig = { MaximumConcurrency: 2 };
    const most = { BatchSize: 10_000, MaximumBatchingWindowInSeconds: 300, ScalingConfig };
    expect(create({ FunctionName: 'slow', ...most })).toMatchObject({
      EventSourceMappingArn: expect.stringContaining(':event-source-mapping:'),
    });
  });
});
