import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

const SECOND = 1000;
const ARN = 'arn:aws:sqs:us-east-1:123456789012';

const Received = v.object({
  Messages: v.optional(
    v.array(
      v.looseObject({
        MessageId: v.string(),
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
  account.sqs.create({ QueueName: 'queue', ...properties });
  const QueueUrl = account.sqs.urlOf('queue');
  const ask = (operation: string, input: object = {}) =>
    account.ask('sqs', operation, { QueueUrl, ...input });
  return {
    ask,
    send: (MessageBody: string, input: object = {}) =>
      ask('SendMessage', { MessageBody, ...input }),
    receive: async (input: object = {}) =>
      v.parse(Received, await ask('ReceiveMessage', input)).Messages,
  };
};

describe('a received message', () => {
  it('is hidden for the VisibilityTimeout, to the millisecond', async () => {
    const { send, receive } = setup({ VisibilityTimeout: 30 });
    await send('one');
    expect(await receive()).toMatchObject([{ Body: 'one' }]);

    account.advance(30 * SECOND - 1);
    expect(await receive()).toEqual([]);

    account.advance(1);
    expect(await receive()).toMatchObject([{ Body: 'one' }]);
  });

  it('is hidden for as long as the receiver says', async () => {
    const { send, receive } = setup();
    await send('one');

    await receive({ VisibilityTimeout: 0 });

    expect(await receive()).toHaveLength(1);
  });

  it('is put off, or shown at once, by ChangeMessageVisibility', async () => {
    const { ask, send, receive } = setup({ VisibilityTimeout: 30 });
    await send('one');
    const [message] = await receive();
    const change = (VisibilityTimeout: number) =>
      ask('ChangeMessageVisibility', {
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout,
      });

    await change(90);
    account.advance(90 * SECOND - 1);
    expect(await receive()).toEqual([]);

    await change(0);
    await expect(change(1)).rejects.toMatchObject({ code: 'MessageNotInflight' });
    expect(await receive()).toHaveLength(1);
  });

  it('counts how often it was received, and says when it was first', async () => {
    const { send, receive } = setup({ VisibilityTimeout: 30 });
    const sentAt = String(account.now().getTime());
    await send('one');
    account.advance(5);
    await receive();
    account.advance(30 * SECOND);

    const [message] = await receive({ MessageSystemAttributeNames: ['All'] });

    expect(message?.Attributes).toEqual({
      SenderId: 'operator',
      SentTimestamp: sentAt,
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(Number(sentAt) + 5),
    });
  });

  it('is gone once it is deleted, and again deleted without an error', async () => {
    const { ask, send, receive } = setup({ VisibilityTimeout: 30 });
    await send('one');
    const [message] = await receive();

    await ask('DeleteMessage', { ReceiptHandle: message?.ReceiptHandle });
    await ask('DeleteMessage', { ReceiptHandle: message?.ReceiptHandle });
    account.advance(30 * SECOND);

    expect(await receive()).toEqual([]);
  });

  it('is not deleted by an older handle than its last one', async () => {
    const { ask, send, receive } = setup({ VisibilityTimeout: 30 });
    await send('one');
    const [first] = await receive();
    account.advance(30 * SECOND);
    await receive();

    await ask('DeleteMessage', { ReceiptHandle: first?.ReceiptHandle });
    account.advance(30 * SECOND);

    expect(await receive()).toHaveLength(1);
  });

  it('is not deleted by a handle of another queue', async () => {
    const { send, receive } = setup();
    account.sqs.create({ QueueName: 'other' });
    await send('one');
    const [message] = await receive();

    const deleted = account.ask('sqs', 'DeleteMessage', {
      QueueUrl: account.sqs.urlOf('other'),
      ReceiptHandle: message?.ReceiptHandle,
    });

    await expect(deleted).rejects.toMatchObject({ code: 'ReceiptHandleIsInvalid' });
  });
});

describe('a queue', () => {
  it('gives one message, or up to ten when it is asked to', async () => {
    const { send, receive } = setup();
    for (let index = 0; index < 12; index += 1) await send(`message ${index}`);

    expect(await receive()).toHaveLength(1);
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(10);
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(1);
  });

  it('shows a delayed message when its delay is over', async () => {
    const { ask, send, receive } = setup();
    await send('later', { DelaySeconds: 900 });

    account.advance(900 * SECOND - 1);
    expect(await receive()).toEqual([]);
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesDelayed'];
    expect(await ask('GetQueueAttributes', { AttributeNames })).toEqual({
      Attributes: { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesDelayed: '1' },
    });

    account.advance(1);
    expect(await receive()).toHaveLength(1);
  });

  it('keeps a message for the MessageRetentionPeriod and no longer', async () => {
    const { send, receive } = setup({ MessageRetentionPeriod: 60, VisibilityTimeout: 0 });
    await send('one');

    account.advance(60 * SECOND - 1);
    expect(await receive()).toHaveLength(1);

    account.advance(1);
    expect(await receive()).toEqual([]);
  });

  it('tells what it is, and how many messages it has', async () => {
    const { ask, send, receive } = setup({ VisibilityTimeout: 30 });
    await send('one');
    await send('two');
    await receive();

    expect(await ask('GetQueueAttributes', { AttributeNames: ['All'] })).toMatchObject({
      Attributes: {
        QueueArn: `${ARN}:queue`,
        VisibilityTimeout: '30',
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '1',
        ApproximateNumberOfMessagesDelayed: '0',
      },
    });
    expect(await ask('GetQueueAttributes')).toEqual({});
  });
});

describe('a receiver that waits', () => {
  it('gets a message as soon as there is one', async () => {
    const { send, receive } = setup();
    const waiting = receive({ WaitTimeSeconds: 20 });

    await send('one');

    expect(await waiting).toMatchObject([{ Body: 'one' }]);
  });

  it('gets a message that becomes visible while it waits', async () => {
    const { send, receive } = setup({ VisibilityTimeout: 10 });
    await send('one');
    await receive();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await new Promise((resolve) => setTimeout(resolve, 0));

    account.advance(10 * SECOND);

    expect(await waiting).toHaveLength(1);
  });

  it('gets nothing when its time is over', async () => {
    const { receive } = setup({ ReceiveMessageWaitTimeSeconds: 20 });
    const waiting = receive();
    await new Promise((resolve) => setTimeout(resolve, 0));

    account.advance(20 * SECOND);

    expect(await waiting).toEqual([]);
  });

  it('waits no longer than the account is open', async () => {
    const { receive } = setup();
    const waiting = receive({ WaitTimeSeconds: 20 });

    await account.close();

    expect(await waiting).toEqual([]);
  });
});

describe('SQS refuses', () => {
  it.each([
    ['SendMessage', { MessageBody: '' }],
    ['SendMessage', { MessageBody: 'x'.repeat(1025) }],
    ['SendMessage', { MessageBody: 'x', DelaySeconds: 901 }],
    ['SendMessage', { MessageBody: 'x', MessageGroupId: 'g' }],
    ['SendMessage', { MessageBody: 'x', MessageAttributes: { A: { DataType: 'Text' } } }],
    ['ReceiveMessage', { MaxNumberOfMessages: 0 }],
    ['ReceiveMessage', { MaxNumberOfMessages: 11 }],
    ['ReceiveMessage', { WaitTimeSeconds: 21 }],
    ['ReceiveMessage', { VisibilityTimeout: 43_201 }],
    ['ReceiveMessage', { AttributeNames: ['Everything'] }],
    ['ChangeMessageVisibility', { ReceiptHandle: 'x', VisibilityTimeout: 43_201 }],
    ['GetQueueAttributes', { AttributeNames: ['Everything'] }],
    ['DeleteMessage', { ReceiptHandle: 'x' }],
    ['DeleteMessage', { QueueUrl: 'http://127.0.0.1/123456789012/queue', ReceiptHandle: 'x' }],
  ])('%s with %j', async (operation, input) => {
    const { ask } = setup({ MaximumMessageSize: 1024 });

    await expect(ask(operation, input)).rejects.toMatchObject({
      code: expect.stringMatching(/^(Invalid.*|ReceiptHandleIsInvalid|QueueDoesNotExist)$/),
    });
  });

  it.each([
    [{ VisibilityTimeout: 43_201 }, '<=43200'],
    [{ MessageRetentionPeriod: 59 }, '>=60'],
    [{ QueueName: 'queue.fifo' }, 'standard queue'],
    [{ KmsMasterKeyId: 'alias/aws/sqs' }, 'KmsMasterKeyId'],
    [
      { RedrivePolicy: { deadLetterTargetArn: `${ARN}:nobody`, maxReceiveCount: 3 } },
      'does not exist',
    ],
    [{ RedrivePolicy: { deadLetterTargetArn: `${ARN}:dead`, maxReceiveCount: 0 } }, /Expected/],
  ])('a queue with %j', (properties, message) => {
    expect(() => setup(properties)).toThrow(message);
  });
});
