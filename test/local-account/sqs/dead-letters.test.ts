import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

const ARN = 'arn:aws:sqs:us-east-1:123456789012';
const DAY = 86_400_000;
const Received = v.object({
  Messages: v.optional(v.array(v.looseObject({ MessageId: v.string(), Attributes: v.unknown() }))),
});

let account: ClockedAccount;
beforeEach(async () => {
  account = await createClockedAccount();
  account.sqs.create({ QueueName: 'dead', MessageRetentionPeriod: 1_209_600 });
  account.sqs.create({
    QueueName: 'queue',
    VisibilityTimeout: 0,
    RedrivePolicy: { deadLetterTargetArn: `${ARN}:dead`, maxReceiveCount: 2 },
  });
});

const send = (name: string) =>
  account.ask('sqs', 'SendMessage', { QueueUrl: account.sqs.urlOf(name), MessageBody: 'letter' });
const receive = async (name: string) => {
  const input = { QueueUrl: account.sqs.urlOf(name), AttributeNames: ['All'] };
  return v.parse(Received, await account.ask('sqs', 'ReceiveMessage', input)).Messages ?? [];
};
const move = (input: object) => account.ask('sqs', 'StartMessageMoveTask', input);

describe('a message that was received maxReceiveCount times', () => {
  it('is a dead letter at the next receive, which does not get it', async () => {
    await send('queue');

    expect(await receive('queue')).toHaveLength(1);
    expect(await receive('queue')).toHaveLength(1);
    expect(await receive('dead')).toEqual([]);

    expect(await receive('queue')).toEqual([]);
    expect(await receive('dead')).toMatchObject([
      { Attributes: { DeadLetterQueueSourceArn: `${ARN}:queue`, ApproximateReceiveCount: '3' } },
    ]);
  });

  it('is as old in the dead-letter queue as it was', async () => {
    await send('queue');
    account.advance(DAY);
    for (let times = 0; times < 3; times += 1) await receive('queue');

    account.advance(13 * DAY - 1);
    expect(await receive('dead')).toHaveLength(1);
    account.advance(1);
    expect(account.sqs.withArn(`${ARN}:dead`)?.messages()).toEqual([]);
  });
});

describe('StartMessageMoveTask', () => {
  it('gives dead letters back to their queue, as new messages', async () => {
    await send('queue');
    const [before] = await receive('queue');
    for (let times = 0; times < 2; times += 1) await receive('queue');

    await move({ SourceArn: `${ARN}:dead` });

    const [after] = await receive('queue');
    expect(after).toMatchObject({ Attributes: { ApproximateReceiveCount: '1' } });
    expect(after?.MessageId).not.toBe(before?.MessageId);
    expect(await receive('dead')).toEqual([]);
  });

  it('leaves what came from no queue, unless it is told where to', async () => {
    await send('dead');

    await move({ SourceArn: `${ARN}:dead` });
    expect(await receive('queue')).toEqual([]);

    await move({ SourceArn: `${ARN}:dead`, DestinationArn: `${ARN}:queue` });
    expect(await receive('queue')).toHaveLength(1);
  });

  it.each([
    [`${ARN}:queue`, 'InvalidParameterValue'],
    [`${ARN}:nobody`, 'ResourceNotFoundException'],
    ['arn:aws:sns:us-east-1:123456789012:dead', 'InvalidParameterValue'],
  ])('refuses %s', async (SourceArn, code) => {
    await expect(move({ SourceArn })).rejects.toMatchObject({ code });
  });
});
