import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { HttpResponse } from '@smithy/core/protocols';
import type { RetryStrategyV2 } from '@smithy/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCallControl } from '../../../infra/scan/call-control.ts';

/** The waits that have begun, with their milliseconds. */
let waits: { readonly milliseconds: unknown; readonly end: () => void }[];

beforeEach(() => {
  waits = [];
  vi.spyOn(timersPromises, 'setTimeout').mockImplementation(
    (milliseconds) =>
      new Promise<undefined>((resolve) => {
        waits.push({ milliseconds, end: () => resolve(undefined) });
      }),
  );
  syncBuiltinESMExports();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const endWait = () => waits.shift()?.end();

/** Expects this number of requests, also after the others had the time to be made. */
const expectRequests = async (count: () => number, expected: number) => {
  await expect.poll(count).toBe(expected);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(count()).toBe(expected);
};

/** A strategy that retries at once. */
const token = { getRetryCount: () => 0, getRetryDelay: () => 0 };
const retryStrategy: RetryStrategyV2 = {
  acquireInitialRetryToken: async () => token,
  refreshRetryTokenForRetry: async (_, { error }) => {
    if (error instanceof Error && error.name !== 'Throttling') throw error;
    return token;
  },
  recordSuccess: () => {},
};

const LISTED = '<ListUsersResponse><ListUsersResult/></ListUsersResponse>';
const THROTTLED = '<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>';

/** Creates a client whose requests are answered at once, except that the given ones are throttled. */
const createClient = (
  options: Parameters<typeof createCallControl>[0],
  throttled: readonly number[] = [],
) => {
  let requests = 0;
  const handle = async () => {
    requests += 1;
    const isThrottled = throttled.includes(requests);
    const body = new TextEncoder().encode(isThrottled ? THROTTLED : LISTED);
    const response = new HttpResponse({ statusCode: isThrottled ? 400 : 200, body });
    return { response };
  };
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const config = { region: 'us-east-1', credentials, retryStrategy };
  const client = new IAMClient({ ...config, requestHandler: { handle } });
  createCallControl(options)(client);
  return { count: () => requests, list: () => client.send(new ListUsersCommand()) };
};

const many = Array.from({ length: 10 });

describe('the rate of calls', () => {
  it('is one request at a time, and the next one after its share of a second', async () => {
    const { count, list } = createClient({ callsPerSecond: 20 });
    const lists = Promise.all(many.map(list));
    for (const [index] of many.entries()) {
      await expectRequests(count, index + 1);
      expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([50]);
      endWait();
    }
    await lists;
  });

  it('includes retries', async () => {
    const { count, list } = createClient({ callsPerSecond: 20 }, [1, 2]);
    const listed = list();
    for (const requests of [1, 2, 3]) {
      await expectRequests(count, requests);
      endWait();
    }
    await listed;
  });

  it('allows no burst after a pause', async () => {
    const { count, list } = createClient({ callsPerSecond: 20 });
    await list();
    endWait();
    const lists = Promise.all(many.map(list));
    for (const [index] of many.entries()) {
      await expectRequests(count, index + 2);
      endWait();
    }
    await lists;
  });

  it('is not limited by default', async () => {
    const { count, list } = createClient({});
    await Promise.all(many.map(list));

    expect([count(), waits]).toEqual([10, []]);
  });
});

describe('an aborted signal', () => {
  it('fails every further call with its reason, also those that wait for their turn', async () => {
    const controller = new AbortController();
    const { count, list } = createClient({ signal: controller.signal, callsPerSecond: 20 });
    const lists = Promise.allSettled(many.map(list));
    await expectRequests(count, 1);
    endWait();
    await expectRequests(count, 2);
    const reason = new Error('interrupted');
    controller.abort(reason);
    for (const _ of many) {
      endWait();
      await expectRequests(count, 2);
    }
    const rejected = (await lists).filter(({ status }) => status === 'rejected');
    expect(rejected).toEqual(Array.from({ length: 8 }, () => ({ status: 'rejected', reason })));
  });
});
