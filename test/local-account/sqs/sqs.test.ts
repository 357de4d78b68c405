import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

const MessageAttributes = { Kind: { DataType: 'String', StringValue: 'text' } };

let account: ClockedAccount;
beforeEach(async () => {
  account = await createClockedAccount();
  const queue = account.sqs.create({ QueueName: 'queue' });
  queue.send({ Body: 'hello', SenderId: 'operator', MessageAttributes });
});

const post = async (operation: string, input: object = {}) => {
  const body = JSON.stringify({ QueueUrl: account.sqs.urlOf('queue'), ...input });
  const answer = await account.post(body, {
    'x-amz-target': `AmazonSQS.${operation}`,
    'content-type': 'application/x-amz-json-1.0',
  });
  const type = answer.headers.get('content-type');
  return { status: answer.status, type, json: JSON.parse(await answer.text()) };
};

describe('SQS on the wire', () => {
  it('has queue URLs on loopback', () => {
    expect(account.sqs.urlOf('queue')).toBe(`${account.endpoint}/123456789012/queue`);
  });

  it('returns a message with the digest that SDKs verify', async () => {
    const received = await post('ReceiveMessage', { MessageAttributeNames: ['All'] });

    expect(received).toMatchObject({ status: 200, type: 'application/x-amz-json-1.0' });
    expect(received.json.Messages).toMatchObject([
      { Body: 'hello', MD5OfBody: '5d41402abc4b2a76b9719d911017c592', MessageAttributes },
    ]);
  });

  it('stores a message that is sent, with the digest that SDKs verify', async () => {
    const { status, json } = await post('SendMessage', { MessageBody: 'hello' });

    const [, stored] = account.sqs.withUrl(account.sqs.urlOf('queue')).messages();
    expect(status).toBe(200);
    expect(json).toEqual({
      MessageId: stored?.MessageId,
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    });
    expect(stored).toMatchObject({ Body: 'hello', SenderId: 'operator', receiveCount: 0 });
  });

  it('refuses an empty message', async () => {
    expect((await post('SendMessage', { MessageBody: '' })).status).toBe(400);
  });

  it('returns only the attributes that a request names, and no list without messages', async () => {
    const { json } = await post('ReceiveMessage', { MessageAttributeNames: ['Other'] });

    expect(json.Messages[0]).not.toHaveProperty('Attributes');
    expect(json.Messages[0]).not.toHaveProperty('MessageAttributes');
    expect((await post('ReceiveMessage')).json).toEqual({});
  });

  it('responds with errors in its own protocol', async () => {
    const { status, type, json } = await post('DeleteMessage', { ReceiptHandle: 'nonsense' });

    expect({ status, type }).toEqual({ status: 400, type: 'application/x-amz-json-1.0' });
    expect(json.__type).toBe('ReceiptHandleIsInvalid');
  });
});
