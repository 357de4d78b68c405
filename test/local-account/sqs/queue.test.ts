import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const ARN = 'arn:aws:sqs:us-east-1:123456789012';

const Received = v.object({
  Messages: v.optional(
    v.array(
      v.looseObject({
        Body: v.string(),
        ReceiptHandle: v.string(),
        Attributes: v.optional(v.record(v.string(), v.string()), {}),
      }),
    ),
    [],
  ),
});

let account: ClockedAccount;
beforeEach(async () => {
  account = await createClockedAccount();
});

const setup = (properties: Record<string, unknown> = {}) => {
  const QueueName = String(properties['QueueName'] ?? 'queue');
  const queue = account.sqs.create({ QueueName, ...properties });
  const ask = (operation: string, input: object = {}) =>
    account.ask('sqs', operation, { QueueUrl: account.sqs.urlOf(QueueName), ...input });
  return {
    ask,
    send: (Body: string) => queue.send({ Body, SenderId: 'operator' }),
    receive: async (input: object = {}) =>
      v.parse(Received, await ask('ReceiveMessage', input)).Messages,
  };
};

describe('a received message', () => {
  it('stays hidden for the VisibilityTimeout, to the millisecond', async () => {
    const { send, receive } = setup({ VisibilityTimeout: 30 });
    send('one');
    expect(await receive()).toMatchObject([{ Body: 'one' }]);

    account.advance(30 * SECOND - 1);
    expect(await receive()).toEqual([]);

    account.advance(1);
    expect(await receive()).toMatchObject([{ Body: 'one' }]);
  });

  it('stays hidden for the VisibilityTimeout of the request', async () => {
    const { send, receive } = setup();
    send('one');

    await receive({ VisibilityTimeout: 0 });

    expect(await receive()).toHaveLength(1);
  });

  it('has the number of receives and the time of the first one', async () => {
    const { send, receive } = setup({ VisibilityTimeout: 30 });
    const sentAt = account.now().getTime();
    send('one');
    account.advance(5);
    await receive();
    account.advance(30 * SECOND);

    const [message] = await receive({ MessageSystemAttributeNames: ['All'] });

    expect(message?.Attributes).toEqual({
      SenderId: 'operator',
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(sentAt + 5),
    });
  });

  it('can be deleted, and deleted again without an error', async () => {
    const { ask, send, receive } = setup({ VisibilityTimeout: 30 });
    send('one');
    const [message] = await receive();

    await ask('DeleteMessage', { ReceiptHandle: message?.ReceiptHandle });
    await ask('DeleteMessage', { ReceiptHandle: message?.ReceiptHandle });
    account.advance(30 * SECOND);

    expect(await receive()).toEqual([]);
  });

  it('is not deleted by a handle older than its latest one', async () => {
    const { ask, send, receive } = setup({ VisibilityTimeout: 0 });
    send('one');
    const [first] = await receive();
    await receive();

    await ask('DeleteMessage', { ReceiptHandle: first?.ReceiptHandle });

    expect(await receive()).toHaveLength(1);
  });

  it('is not deleted by a handle of another queue', async () => {
    const { send, receive } = setup();
    const other = setup({ QueueName: 'other' });
    send('one');
    const [message] = await receive();

    const deleted = other.ask('DeleteMessage', { ReceiptHandle: message?.ReceiptHandle });

    await expect(deleted).rejects.toMatchObject({ code: 'ReceiptHandleIsInvalid' });
  });
});

describe('a message that was received maxReceiveCount times', () => {
  const redrive = { RedrivePolicy: { deadLetterTargetArn: `${ARN}:dead`, maxReceiveCount: 2 } };

  it('moves to the dead-letter queue at the next receive', async () => {
    const dead = setup({ QueueName: 'dead' });
    const { send, receive } = setup({ VisibilityTimeout: 0, ...redrive });
    send('letter');

    expect(await receive()).toHaveLength(1);
    expect(await receive()).toHaveLength(1);
    expect(await dead.receive()).toEqual([]);

    expect(await receive()).toEqual([]);
    expect(await dead.receive({ AttributeNames: ['All'] })).toMatchObject([
      { Attributes: { DeadLetterQueueSourceArn: `${ARN}:queue`, ApproximateReceiveCount: '3' } },
    ]);
  });

  it('keeps its age in the dead-letter queue', async () => {
    const retention = { MessageRetentionPeriod: 1_209_600, VisibilityTimeout: 0 };
    const dead = setup({ QueueName: 'dead', ...retention });
    const { send, receive } = setup({ VisibilityTimeout: 0, ...redrive });
    send('letter');
    account.advance(DAY);
    for (let times = 0; times < 3; times += 1) await receive();

    account.advance(13 * DAY - 1);
    expect(await dead.receive()).toHaveLength(1);
    account.advance(1);
    expect(await dead.receive()).toEqual([]);
  });
});

describe('a queue', () => {
  it('returns one message, or up to ten on request', async () => {
    const { send, receive } = setup();
    for (let index = 0; index < 12; index += 1) send(`message ${index}`);

    expect(await receive()).toHaveLength(1);
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(10);
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(1);
  });

  it('keeps a message for the MessageRetentionPeriod and no longer', async () => {
    const { send, receive } = setup({ MessageRetentionPeriod: 60, VisibilityTimeout: 0 });
    send('one');

    account.advance(60 * SECOND - 1);
    expect(await receive()).toHaveLength(1);

    account.advance(1);
    expect(await receive()).toEqual([]);
  });

  it('counts its visible and hidden messages', async () => {
    const { ask, send, receive } = setup({ VisibilityTimeout: 30 });
    send('one');
    send('two');
    await receive();

    expect(await ask('GetQueueAttributes', { AttributeNames: ['All'] })).toMatchObject({
      Attributes: {
        QueueArn: `${ARN}:queue`,
        VisibilityTimeout: '30',
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '1',
      },
    });
    expect(await ask('GetQueueAttributes')).toEqual({ Attributes: undefined });
  });

  it('is empty after a purge', async () => {
    const { ask, send, receive } = setup();
    send('one');

    await ask('PurgeQueue');

    expect(await receive()).toEqual([]);
  });
});

describe('SQS', () => {
  it.each([
    ['ReceiveMessage', { MaxNumberOfMessages: 0 }],
    ['ReceiveMessage', { MaxNumberOfMessages: 11 }],
    ['ReceiveMessage', { VisibilityTimeout: 43_201 }],
    ['ReceiveMessage', { AttributeNames: ['Everything'] }],
    ['DeleteMessage', { ReceiptHandle: 'x' }],
    ['DeleteMessage', { QueueUrl: 'http://127.0.0.1/123456789012/queue', ReceiptHandle: 'x' }],
  ])('refuses %s with %j', async (operation, input) => {
    const { ask } = setup();

    await expect(ask(operation, input)).rejects.toMatchObject({
      code: expect.stringMatching(
        /^(InvalidParameterValue|ReceiptHandleIsInvalid|QueueDoesNotExist)$/,
      ),
    });
  });

  it.each([
    [{ VisibilityTimeout: 43_201 }, '<=43200'],
    [{ MessageRetentionPeriod: 59 }, '>=60'],
    [{ QueueName: 'queue.fifo' }, 'standard queue'],
    [{ KmsMasterKeyId: 'alias/aws/sqs' }, 'KmsMasterKeyId'],
    [
      { RedrivePolicy: { deadLetterTargetArn: `${ARN}:unknown`, maxReceiveCount: 3 } },
      'does not exist',
    ],
    [{ RedrivePolicy: { deadLetterTargetArn: `${ARN}:dead`, maxReceiveCount: 0 } }, /Expected/],
  ])('refuses a queue with %j', (properties, message) => {
    expect(() => setup(properties)).toThrow(message);
  });
});
