import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { createClockedAccount } from '../support/clocked-account.ts';
import type { LocalAccountOptions } from './services.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:keys';
const DEAD = 'arn:aws:sqs:us-east-1:123456789012:dead';
const PATTERN = {
  source: ['aws.iam'],
  detail: {
    eventName: ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'],
    errorCode: [{ exists: false }],
  },
};
const Event = v.object({ Records: v.array(v.looseObject({ body: v.string() })) });

/** The way of a key event, a minute of which takes 60 milliseconds. */
const setup = async (options: LocalAccountOptions = {}, VisibilityTimeout = 360) => {
  const account = await createClockedAccount({ speed: 1000, ...options });
  account.sqs.create({ QueueName: 'dead' });
  account.sqs.create({
    QueueName: 'keys',
    VisibilityTimeout,
    RedrivePolicy: { deadLetterTargetArn: DEAD, maxReceiveCount: 3 },
  });
  const { Arn } = account.events.putRule({
    Name: 'keys',
    EventPattern: PATTERN,
    Targets: [{ Arn: QUEUE, Id: 'Target0' }],
  });
  account.sqs.setPolicy(account.sqs.urlOf('keys'), {
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QUEUE,
        Condition: { ArnEquals: { 'aws:SourceArn': Arn } },
      },
    ],
  });
  const seen: string[][] = [];
  const behaviour = { answer: (): unknown => undefined };
  account.createFunction('keys', (event) => {
    const records = v.parse(Event, event).Records.map(({ body }) => JSON.parse(body));
    seen.push(
      records.map(({ detail }) => `${detail.eventName} ${detail.requestParameters.userName}`),
    );
    return behaviour.answer();
  });
  account.eventSourceMappings.create({
    EventSourceArn: QUEUE,
    FunctionName: 'keys',
    BatchSize: 1000,
    MaximumBatchingWindowInSeconds: 60,
    ScalingConfig: { MaximumConcurrency: 2 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  account.iam.seedUser({ UserName: 'alice' });
  return { ...account, seen, behaviour };
};

describe('the way of a key event', () => {
  it('ends at the function, in one batch with those of the same minute', async () => {
    const { ask, settled, seen, now } = await setup({ cloudTrailDelay: 300_000 });
    const before = now().getTime();
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });
    await expect(ask('iam', 'CreateAccessKey', { UserName: 'alice' })).rejects.toThrow('quota');
    await ask('iam', 'UpdateUser', { UserName: 'alice', NewPath: '/team/' });

    await settled();

    expect(seen).toEqual([['CreateAccessKey alice', 'CreateAccessKey alice']]);
    expect(now().getTime() - before).toBeGreaterThanOrEqual(360_000);
  });

  it('ends in the dead-letter queue when the function fails three times, and is settled', async () => {
    const { ask, settled, seen, behaviour, sqs } = await setup();
    behaviour.answer = () => {
      throw new Error('not today');
    };
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });

    await settled();

    expect(seen).toHaveLength(3);
    expect(sqs.withArn(DEAD)?.messages()).toHaveLength(1);
  });

  it('can be gone again from the dead-letter queue', async () => {
    const { ask, settled, seen, behaviour, sqs } = await setup();
    behaviour.answer = () => ({ batchItemFailures: [{ itemIdentifier: 'unknown' }] });
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });
    await settled();

    behaviour.answer = () => undefined;
    await ask('sqs', 'StartMessageMoveTask', { SourceArn: DEAD });
    await settled();

    expect(seen).toHaveLength(4);
    expect(sqs.all().flatMap((queue) => queue.messages())).toEqual([]);
  });
});

describe('settled', () => {
  it('throws what went wrong on the way', async () => {
    const { ask, settled, register } = await setup();
    register('sqs', {
      GetQueueAttributes: () => {
        throw new TypeError('a mistake of ours');
      },
    });
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });

    await expect(settled()).rejects.toThrow('a mistake of ours');
  });

  it('waits while a function has a batch', async () => {
    const { ask, settled, behaviour, seen } = await setup({}, 43_200);
    let finish = () => {};
    behaviour.answer = () => new Promise<void>((resolve) => (finish = resolve));
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    let isSettled = false;

    const settling = settled().then(() => {
      isSettled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isSettled).toBe(false);

    finish();
    await settling;
  });
});
