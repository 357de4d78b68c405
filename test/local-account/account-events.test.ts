import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { createClockedAccount } from '../support/clocked-account.ts';
import type { LocalAccountOptions } from './account.ts';

const PATTERN = {
  source: ['aws.iam'],
  detail: {
    eventName: ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'],
    errorCode: [{ exists: false }],
  },
};
/** Waits until the check passes, on a machine of any speed. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 50_000 });

const Event = v.object({ Records: v.array(v.looseObject({ body: v.string() })) });

/** An account with the path of key events: CloudTrail, an EventBridge rule, a queue and a function. */
const setup = async (options: LocalAccountOptions & { speed?: number } = {}) => {
  const account = await createClockedAccount(options);
  const properties = { QueueName: 'keys', VisibilityTimeout: 43_200 };
  const queue = account.createEventQueue(properties, PATTERN);
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
    EventSourceArn: queue.arn,
    FunctionName: 'keys',
    BatchSize: 1000,
    MaximumBatchingWindowInSeconds: 60,
    ScalingConfig: { MaximumConcurrency: 2 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  account.iam.seedUser({ UserName: 'alice' });
  return {
    ...account,
    seen,
    behaviour,
    /** Waits until the poller has received this number of messages. */
    hidden: (count: number) =>
      until(() => expect(queue.counts().ApproximateNumberOfMessagesNotVisible).toBe(count)),
  };
};

describe('a key event', () => {
  it('reaches the function in one batch with the other events of its minute', async () => {
    const { ask, advance, settled, seen, hidden } = await setup({ cloudTrailDelay: 300_000 });
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });
    await expect(ask('iam', 'CreateAccessKey', { UserName: 'alice' })).rejects.toThrow('quota');
    await ask('iam', 'UpdateUser', { UserName: 'alice', NewPath: '/team/' });

    advance(300_000);
    await hidden(2);
    expect(seen).toEqual([]);
    advance(60_000);
    await settled();

    expect(seen).toEqual([['CreateAccessKey alice', 'CreateAccessKey alice']]);
  });
});

describe('settled', () => {
  it('throws an error of the simulator', async () => {
    const { ask, settled, register } = await setup({ speed: 1000 });
    register('sqs', {
      GetQueueAttributes: () => {
        throw new TypeError('a bug');
      },
    });
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });

    await expect(settled()).rejects.toThrow('a bug');
  });

  it('waits while a function processes a batch', async () => {
    const { ask, settled, behaviour, seen } = await setup({ speed: 1000 });
    let finish = () => {};
    behaviour.answer = () => new Promise<void>((resolve) => (finish = resolve));
    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });
    await until(() => expect(seen).toHaveLength(1));
    let isSettled = false;

    const settling = settled().then(() => {
      isSettled = true;
    });
    await setImmediate();
    expect(isSettled).toBe(false);

    finish();
    await settling;
  });
});
