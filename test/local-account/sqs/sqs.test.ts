import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

let account: ClockedAccount;
beforeEach(async () => {
  account = await createClockedAccount();
  account.sqs.create({ QueueName: 'queue' });
});

const post = async (operation: string, input: object) => {
  const body = JSON.stringify({ QueueUrl: account.sqs.urlOf('queue'), ...input });
  const answer = await account.post(body, {
    'x-amz-target': `AmazonSQS.${operation}`,
    'content-type': 'application/x-amz-json-1.0',
  });
  const type = answer.headers.get('content-type');
  return { status: answer.status, type, json: JSON.parse(await answer.text()) };
};

describe('SQS on the wire', () => {
  it('has the URL of a queue on loopback', () => {
    expect(account.sqs.urlOf('queue')).toBe(`${account.endpoint}/123456789012/queue`);
  });

  it('takes a message and gives it, with the digests that clients verify', async () => {
    const MessageAttributes = {
      B: { DataType: 'Binary', BinaryValue: Buffer.from('bytes').toString('base64') },
      A: { DataType: 'String', StringValue: 'text' },
    };
    const md5 = createHash('md5').update('Grüße').digest('hex');

    const sent = await post('SendMessage', { MessageBody: 'Grüße', MessageAttributes });
    const received = await post('ReceiveMessage', { MessageAttributeNames: ['A', 'B.*'] });

    expect(sent).toMatchObject({ status: 200, type: 'application/x-amz-json-1.0' });
    expect(sent.json).toMatchObject({ MD5OfMessageBody: md5 });
    expect(received.json.Messages).toMatchObject([
      {
        Body: 'Grüße',
        MD5OfBody: md5,
        MessageAttributes,
        MD5OfMessageAttributes: sent.json.MD5OfMessageAttributes,
      },
    ]);
  });

  it('gives no attributes that nobody asked for, and no list when there is nothing', async () => {
    const MessageAttributes = { A: { DataType: 'String', StringValue: 'text' } };
    await post('SendMessage', { MessageBody: 'x', MessageAttributes });

    const { json } = await post('ReceiveMessage', { MessageAttributeNames: ['B'] });

    expect(json.Messages[0]).not.toHaveProperty('Attributes');
    expect(json.Messages[0]).not.toHaveProperty('MessageAttributes');
    expect((await post('ReceiveMessage', {})).json).toEqual({});
  });

  it('answers errors in its own protocol', async () => {
    const { status, type, json } = await post('DeleteMessage', { ReceiptHandle: 'nonsense' });

    expect({ status, type }).toEqual({ status: 400, type: 'application/x-amz-json-1.0' });
    expect(json.__type).toBe('ReceiptHandleIsInvalid');
  });
});
