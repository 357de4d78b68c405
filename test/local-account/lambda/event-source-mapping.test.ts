import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { createClockedAccount } from '../../support/clocked-account.ts';
import { ServiceError } from '../dispatch.ts';

const SECOND = 1000;
/** The 30 seconds in which a message is hidden are 0.3: enough for a function that does nothing. */
const FAST = 100;
const ARN = 'arn:aws:sqs:us-east-1:123456789012';

const Event = v.object({
  Records: v.array(v.looseObject({ messageId: v.string(), body: v.string() })),
});
const bodiesIn = (event: unknown) => v.parse(Event, event).Records.map(({ body }) => body);

/** An account with a queue, its dead-letter queue, and a function that is mapped to the queue. */
const setup = async (
  mapping: Record<string, unknown> = {},
  { queue = {}, speed = 0, answer = (_event: unknown): unknown => undefined } = {},
) => {
  const account = await createClockedAccount({ speed });
  account.sqs.create({ QueueName: 'dead' });
  account.sqs.create({
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
    send: async (...bodies: string[]) => {
      for (const MessageBody of bodies)
        await account.ask('sqs', 'SendMessage', {
          QueueUrl: account.sqs.urlOf('queue'),
          MessageBody,
          MessageAttributes: { Kind: { DataType: 'String', StringValue: 'test' } },
        });
    },
    left: (name: string) => account.sqs.withArn(`${ARN}:${name}`)?.messages().length,
    /** Until the poller has received so many messages. */
    received: (count: number) =>
      vi.waitFor(() => {
        const counts = account.sqs.withArn(`${ARN}:queue`)?.counts();
        expect(counts?.ApproximateNumberOfMessagesNotVisible).toBe(count);
      }),
  };
};

describe('a batch', () => {
  it('is what Lambda makes of messages, which are gone when the function is done', async () => {
    const { send, settled, events, left, now } = await setup();
    await send('one');

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

  it('is asked for and deleted with the rights of the function’s role', async () => {
    const { send, settled, calls } = await setup();
    await send('one');

    await settled();

    const byRole = calls.filter(({ principal }) => principal === 'worker');
    expect(byRole.map(({ operation }) => operation)).toEqual([
      'GetQueueAttributes',
      'ReceiveMessage',
      'DeleteMessage',
    ]);
  });

  it('waits for its window, from its first message on, to the millisecond', async () => {
    const window = { BatchSize: 1000, MaximumBatchingWindowInSeconds: 60 };
    const queue = { VisibilityTimeout: 300 };
    const { send, received, settled, advance, batches } = await setup(window, { queue });
    await send('one');
    await received(1);

    advance(30 * SECOND);
    await send('two');
    await received(2);
    advance(30 * SECOND - 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(batches()).toEqual([]);

    advance(1);
    await settled();
    expect(batches()).toEqual([['one', 'two']]);
  });

  it('does not wait when it is full, also of more than one call receives', async () => {
    const window = { BatchSize: 12, MaximumBatchingWindowInSeconds: 300 };
    const { send, batches, received, advance, settled } = await setup(window);
    const bodies = Array.from({ length: 13 }, (_, index) => `message ${index}`);

    await send(...bodies);

    await vi.waitFor(() => expect(batches()).toEqual([bodies.slice(0, 12)]));
    await received(1);
    advance(300 * SECOND);
    await settled();
    expect(batches()).toEqual([bodies.slice(0, 12), bodies.slice(12)]);
  });

  it('is one of MaximumConcurrency at most', async () => {
    let underWay = 0;
    let most = 0;
    const answer = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 10));
      underWay -= 1;
    };
    const mapping = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } };
    const { send, settled, batches } = await setup(mapping, { answer });

    await send('one', 'two', 'three', 'four', 'five');
    await settled();

    expect(batches()).toHaveLength(5);
    expect(most).toBe(2);
  });
});

describe('a function that fails', () => {
  const answer = () => {
    throw new Error('not today');
  };

  it('gets all the messages again when they are visible, until they are dead letters', async () => {
    const { send, settled, batches, left } = await setup({}, { answer, speed: FAST });
    await send('one', 'two');

    await settled();

    expect(batches()).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect([left('queue'), left('dead')]).toEqual([0, 2]);
  });

  it('gets them no earlier than the VisibilityTimeout', async () => {
    const queue = { VisibilityTimeout: 30 };
    const { send, advance, batches } = await setup({}, { answer, queue });
    await send('one');
    await vi.waitFor(() => expect(batches()).toHaveLength(1));

    advance(30 * SECOND - 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(batches()).toHaveLength(1);

    advance(1);
    await vi.waitFor(() => expect(batches()).toHaveLength(2));
  });
});

describe('a function that reports batch item failures', () => {
  it('gets again what it reported, and nothing else', async () => {
    const answer = (event: unknown) => {
      const [, second] = v.parse(Event, event).Records;
      return { batchItemFailures: second ? [{ itemIdentifier: second.messageId }] : [] };
    };
    const mapping = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
    const { send, settled, batches, left } = await setup(mapping, { answer, speed: FAST });
    await send('one', 'two', 'three');

    await settled();

    expect(batches()).toEqual([['one', 'two', 'three'], ['two']]);
    expect([left('queue'), left('dead')]).toEqual([0, 0]);
  });

  it('is not listened to where the mapping does not say so', async () => {
    const answer = () => ({ batchItemFailures: [{ itemIdentifier: '' }] });
    const { send, settled, batches } = await setup({}, { answer });
    await send('one');

    await settled();

    expect(batches()).toEqual([['one']]);
  });
});

describe('a poller', () => {
  it('asks again a second after it was refused', async () => {
    const { send, settled, advance, batches, faults, calls } = await setup();
    const error = new ServiceError('RequestThrottled', 'Rate exceeded');
    faults.fail({ service: 'sqs', operation: 'ReceiveMessage', error });
    await send('one');
    await vi.waitFor(() => expect(calls.at(-1)).toMatchObject({ errorCode: 'RequestThrottled' }));

    advance(SECOND);
    await settled();

    expect(batches()).toEqual([['one']]);
  });

  it('lets a message come again that it could not delete', async () => {
    const { send, settled, batches, faults } = await setup({}, { speed: FAST });
    const error = new ServiceError('RequestThrottled', 'Rate exceeded');
    faults.fail({ service: 'sqs', operation: 'DeleteMessage', error });
    await send('one');

    await settled();

    expect(batches()).toEqual([['one'], ['one']]);
  });

  it('calls nobody while there is no message', async () => {
    const { calls, advance } = await setup();
    advance(600 * SECOND);
    await new Promise((resolve) => setTimeout(resolve, 10));

    expect(calls).toEqual([]);
  });

  it('is not there for a mapping that is not enabled', async () => {
    const { send, settled, batches, left } = await setup({ Enabled: false });
    await send('one');

    await settled();

    expect(batches()).toEqual([]);
    expect(left('queue')).toBe(1);
  });

  it('ends with the account, in the middle of a window', async () => {
    const window = { BatchSize: 100, MaximumBatchingWindowInSeconds: 300 };
    const { send, received, close, batches } = await setup(window);
    await send('one');
    await received(1);

    await close();
    await new Promise((resolve) => setTimeout(resolve, 10));

    expect(batches()).toEqual([]);
  });
});

describe('a mapping', () => {
  it.each([
    ['a batch of 11 without a window', { BatchSize: 11 }, 'at least 1'],
    ['a batch of 10,001', { BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 }, '<=10000'],
    ['a window of 301 s', { MaximumBatchingWindowInSeconds: 301 }, '<=300'],
    ['a concurrency of 1', { ScalingConfig: { MaximumConcurrency: 1 } }, '>=2'],
    ['a queue that is not there', { EventSourceArn: `${ARN}:nobody` }, 'does not exist'],
    ['a stream', { EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/s' }, 'SQS queue'],
    ['a function that is not there', { FunctionName: 'nobody' }, 'Function not found'],
    ['the same queue again', {}, 'mapped already'],
    ['a filter', { FilterCriteria: {} }, 'FilterCriteria'],
    [
      'a longer function than the queue waits',
      { FunctionName: 'slow' },
      'less than Function timeout',
    ],
  ])('is refused with %s', async (_, changed, message) => {
    const { create, createFunction } = await setup({}, { queue: { VisibilityTimeout: 30 } });
    createFunction('slow', () => {}, 31);

    expect(() => create(changed)).toThrow(message);
  });

  it('is taken at each of these bounds', async () => {
    const { create, createFunction } = await setup({}, { queue: { VisibilityTimeout: 30 } });
    createFunction('slow', () => {}, 30);

    const ScalingConfig = { MaximumConcurrency: 2 };
    const most = { BatchSize: 10_000, MaximumBatchingWindowInSeconds: 300, ScalingConfig };
    expect(create({ FunctionName: 'slow', ...most })).toMatchObject({
      EventSourceMappingArn: expect.stringContaining(':event-source-mapping:'),
    });
  });
});
