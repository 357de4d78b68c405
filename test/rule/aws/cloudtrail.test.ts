import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCallCounts } from '../../../rule/aws/clients.ts';
import { createEventHistory, createKeyEvents } from '../../../rule/aws/cloudtrail.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { at, daysBefore, keyId } from '../../support/build.ts';
import { type ServedAccount, serveAccount } from '../../support/served-account.ts';

const KEY = keyId('ALICE');

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  account.iam.seedUser({ UserName: 'alice', keys: [{ AccessKeyId: KEY }] });
  takeCalls();
});
afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  vi.unstubAllEnvs();
  await account.close();
});

const { countCalls, takeCalls } = createCallCounts();
const read = (
  options: Parameters<typeof createEventHistory>[2] = {},
  { region = 'us-east-1', signal }: { region?: string; signal?: AbortSignal } = {},
) => createEventHistory(region, countCalls, options)(at, signal);

/** An operator sets a key to a status some days before `at`. A call that IAM refuses is recorded, too. */
const update = async (Status: string, days: number, AccessKeyId = KEY) => {
  account.clock.now = daysBefore(days);
  const input = { UserName: 'alice', AccessKeyId, Status };
  const call = { service: 'iam', operation: 'UpdateAccessKey', input } as const;
  await account.dispatcher.call({ ...call, principal: 'operator' }).catch(() => undefined);
  account.clock.now = at;
};

describe('createEventHistory', () => {
  it('reads the successful changes of 90 days from every page, the newest first', async () => {
    for (const days of [91, 80, 70, 60, 50])
      await update(days % 20 === 0 ? 'Active' : 'Inactive', days);
    await update('Inactive', 40, keyId('UNKNOWN'));

    const history = await read();

    expect(history).toMatchObject({ from: daysBefore(90), isComplete: true });
    expect(history.changes.map(({ eventTime, status }) => [eventTime, status])).toEqual([
      [daysBefore(50), 'Inactive'],
      [daysBefore(60), 'Active'],
      [daysBefore(70), 'Inactive'],
      [daysBefore(80), 'Active'],
    ]);
    expect(takeCalls()['LookupEvents']).toBe(3);
  });

  it.each([
    [1, 2, false],
    [2, 2, false],
    [3, 4, false],
    [4, 4, false],
    [5, 5, true],
    [6, 5, true],
  ])(
    'with maximumEvents %d reads %d of 5 events, and the history is complete: %j',
    async (maximumEvents, count, isComplete) => {
      for (const days of [5, 4, 3, 2, 1]) await update('Inactive', days);
      const history = await read({ maximumEvents });
      expect(history.isComplete).toBe(isComplete);
      expect(history.changes).toHaveLength(count);
    },
  );

  it.each([
    [5, 1, false],
    [6, 2, false],
    [10, 2, false],
    [11, 3, true],
    [undefined, 3, true],
  ])(
    'with maximumSeconds %j reads %d of 3 pages of 5 s each, and the history is complete: %j',
    async (maximumSeconds, pages, isComplete) => {
      let [seconds, page] = [0, 0];
      vi.spyOn(Date, 'now').mockImplementation(() => seconds * 1000);
      account.dispatcher.register('cloudtrail', {
        LookupEvents: () => {
          [seconds, page] = [seconds + 5, page + 1];
          return { Events: [], ...(page < 3 && { NextToken: `page ${page}` }) };
        },
      });
      const history = await read(maximumSeconds === undefined ? {} : { maximumSeconds });
      expect([page, history.isComplete]).toEqual([pages, isComplete]);
    },
  );

  it.each([
    [0, 500],
    [499, 1],
    [500, 0],
    [3_893, 0],
  ])('after a page that took %d ms, pauses %d ms', async (milliseconds, pause) => {
    const wait = vi.spyOn(timersPromises, 'setTimeout').mockResolvedValue(undefined);
    syncBuiltinESMExports();
    let now = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    let pages = 0;
    account.dispatcher.register('cloudtrail', {
      LookupEvents: () => {
        now += milliseconds;
        pages += 1;
        return { Events: [], NextToken: pages < 3 ? `page ${pages}` : undefined };
      },
    });

    await read();

    expect(wait.mock.calls.map(([delay]) => delay)).toEqual([pause, pause]);
  });

  it('looks up UpdateAccessKey, 50 events a page, without a start', async () => {
    await read();
    expect(account.dispatcher.calls.at(-1)?.input).toEqual({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'UpdateAccessKey' }],
      MaxResults: 50,
    });
  });

  it.each([
    ['eu-west-1', 'us-east-1', true],
    ['cn-northwest-1', 'cn-north-1', true],
    ['us-iso-east-1', 'us-iso-east-1', false],
  ])(
    'reads for a function in %s from %s, and the history is complete: %j',
    async (region, lookedUpIn, isComplete) => {
      vi.stubEnv('AWS_REGION', region);
      await update('Inactive', 10);
      const history = await read({}, { region });
      expect(account.dispatcher.calls.at(-1)?.region).toBe(lookedUpIn);
      expect(history.isComplete).toBe(isComplete);
      expect(history.changes).toHaveLength(lookedUpIn === 'us-east-1' ? 1 : 0);
    },
  );

  it('retries a throttled page', async () => {
    const error = new ServiceError('ThrottlingException', 'Rate exceeded');
    account.faults.fail({ service: 'cloudtrail', operation: 'LookupEvents', error });
    await read();
    expect(takeCalls().Throttles).toBe(1);
  });

  it.each(['AccessDeniedException', 'InvalidLookupAttributesException'])(
    'throws %s',
    async (code) => {
      const error = new ServiceError(code, 'no', 400);
      const operation = 'LookupEvents';
      account.faults.fail({ service: 'cloudtrail', operation, always: true, error });
      await expect(read()).rejects.toThrow(expect.objectContaining({ name: code }));
    },
  );

  it.each([
    ['no events', {}],
    ['an event without its text', { Events: [{ EventId: 'e' }] }],
    ['an event of another shape', { Events: [{ CloudTrailEvent: '{}' }] }],
  ])('refuses a response with %s', async (_, response) => {
    account.dispatcher.register('cloudtrail', { LookupEvents: () => response });
    await expect(read()).rejects.toThrow(expect.objectContaining({ name: 'InvalidResponseError' }));
  });

  it('stops when the signal aborts', async () => {
    const controller = new AbortController();
    account.dispatcher.register('cloudtrail', {
      LookupEvents: () => {
        controller.abort();
        return { Events: [], NextToken: 'next' };
      },
    });
    await expect(read({}, { signal: controller.signal })).rejects.toThrow(/abort/i);
    expect(takeCalls()['LookupEvents']).toBe(1);
  });
});

describe('createKeyEvents', () => {
  const readEvents = (Region = 'eu-west-1', AccessKeyId = KEY) =>
    createKeyEvents(countCalls)({ AccessKeyId, Region });
  const use = (minutes: number, awsRegion = 'eu-west-1', AccessKeyId = KEY) =>
    account.cloudtrail.recordUse(AccessKeyId, {
      ...{ at: new Date(at.getTime() - minutes * 60_000), awsRegion },
      eventName: `Get${minutes}`,
    });
  const namesIn = (events: readonly string[]) => events.map((text) => JSON.parse(text).eventName);

  it('reads the events of the key in the Region, the newest first', async () => {
    for (const minutes of [3, 1]) use(minutes);
    use(2, 'us-east-1');
    use(0, 'eu-west-1', keyId('OTHER'));

    const { events, isComplete } = await readEvents();

    expect(namesIn(events)).toEqual(['Get1', 'Get3']);
    expect(isComplete).toBe(true);
    expect(account.dispatcher.calls.at(-1)).toMatchObject({
      region: 'eu-west-1',
      input: {
        LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: KEY }],
        MaxResults: 50,
      },
    });
    expect(takeCalls()['LookupEvents']).toBe(1);
  });

  it.each([
    [0, 1, true],
    [2, 1, true],
    [3, 2, true],
    [4, 2, true],
    [5, 2, false],
    [9, 2, false],
  ])(
    'of %d events, two a page, reads %d pages, and they are all: %j',
    async (count, pages, all) => {
      for (let minutes = count; minutes > 0; minutes -= 1) use(minutes);
      const { events, isComplete } = await readEvents();
      expect(events).toHaveLength(Math.min(count, 4));
      expect(isComplete).toBe(all);
      expect(takeCalls()['LookupEvents']).toBe(pages);
    },
  );

  it('retries a throttled page', async () => {
    const error = new ServiceError('ThrottlingException', 'Rate exceeded');
    account.faults.fail({ service: 'cloudtrail', operation: 'LookupEvents', error });
    expect((await readEvents()).isComplete).toBe(true);
    expect(takeCalls().Throttles).toBe(1);
  });

  it.each(['AccessDeniedException', 'UnrecognizedClientException'])('throws %s', async (code) => {
    const error = new ServiceError(code, 'no', 400);
    account.faults.fail({ service: 'cloudtrail', operation: 'LookupEvents', error });
    await expect(readEvents()).rejects.toThrow(expect.objectContaining({ name: code }));
  });

  it('refuses a response without events', async () => {
    account.dispatcher.register('cloudtrail', { LookupEvents: () => ({}) });
    const error = expect.objectContaining({ name: 'InvalidResponseError' });
    await expect(readEvents()).rejects.toThrow(error);
  });

  it('throws a TimeoutError after 20 s, also between two pages', async () => {
    const controller = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(controller.signal);
    account.dispatcher.register('cloudtrail', {
      LookupEvents: () => {
        controller.abort(new DOMException('too late', 'TimeoutError'));
        return { Events: [], NextToken: 'next' };
      },
    });
    const error = expect.objectContaining({ name: 'TimeoutError' });
    await expect(readEvents()).rejects.toThrow(error);
    expect(timeout.mock.calls).toEqual([[20_000]]);
  });
});
