import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCallCounts } from '../../../rule/aws/clients.ts';
import { createEventHistory } from '../../../rule/aws/cloudtrail.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { at, daysBefore } from '../../support/build.ts';
import { type ServedAccount, serveAccount } from '../../support/served-account.ts';

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  takeCalls();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await account.close();
});

const { countCalls, takeCalls } = createCallCounts();
const read = (region = 'us-east-1', signal?: AbortSignal) =>
  createEventHistory(region, countCalls)(at, signal);

/** Somebody sets a key to a status, so many days before `at`. */
const update = async (Status: string, days: number, AccessKeyId = alice().AccessKeyId) => {
  account.clock.now = daysBefore(days);
  const input = { UserName: 'alice', AccessKeyId, Status };
  const call = {
    service: 'iam',
    operation: 'UpdateAccessKey',
    input,
    principal: 'operator',
  } as const;
  await account.dispatcher.call(call).catch(() => undefined);
  account.clock.now = at;
};
const alice = () => {
  const user =
    account.iam.users.get('alice') ?? account.iam.seedUser({ UserName: 'alice', keys: [{}] });
  return { AccessKeyId: user.keys[0]?.AccessKeyId ?? '' };
};

describe('the history of keys', () => {
  it('has the changes of 90 days, none that failed, over every page', async () => {
    for (const days of [91, 80, 70, 60, 50])
      await update(days % 20 === 0 ? 'Active' : 'Inactive', days);
    await update('Inactive', 40, 'AKIANOBODYHASTHISKEY');

    const history = await read();

    expect(history).toMatchObject({ from: daysBefore(90), isComplete: true });
    expect(history.changes.map(({ eventTime, status }) => [eventTime, status])).toEqual([
      [daysBefore(50), 'Inactive'],
      [daysBefore(60), 'Active'],
      [daysBefore(70), 'Inactive'],
      [daysBefore(80), 'Active'],
    ]);
    expect(takeCalls()['LookupEvents']).toBeGreaterThanOrEqual(3);
  });

  it('asks for one kind of event, in pages of 50, for all there is', async () => {
    await read();
    const { input } = account.dispatcher.calls.at(-1) ?? {};
    expect(input).toEqual({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'UpdateAccessKey' }],
      MaxResults: 50,
    });
  });

  it.each([
    ['eu-west-1', 'us-east-1', true],
    ['us-east-1', 'us-east-1', true],
    ['us-gov-east-1', 'us-gov-west-1', true],
    ['cn-northwest-1', 'cn-north-1', true],
    ['us-iso-east-1', 'us-iso-east-1', false],
    ['eusc-de-east-1', 'eusc-de-east-1', false],
  ])(
    'of a function in %s is read in %s, and is complete: %j',
    async (region, asked, isComplete) => {
      vi.stubEnv('AWS_REGION', region);
      await update('Inactive', 10);
      const history = await read(region);
      expect(account.dispatcher.calls.at(-1)?.region).toBe(asked);
      expect(history.isComplete).toBe(isComplete);
      expect(history.changes).toHaveLength(asked === 'us-east-1' ? 1 : 0);
    },
  );

  it('is read again after throttling', async () => {
    const error = new ServiceError('ThrottlingException', 'Rate exceeded');
    account.faults.fail({ service: 'cloudtrail', operation: 'LookupEvents', error });
    await read();
    expect(takeCalls().Throttles).toBe(1);
  });

  it.each(['AccessDeniedException', 'InvalidLookupAttributesException'])(
    'that cannot be read for %s is an error',
    async (code) => {
      const error = new ServiceError(code, 'no', 400);
      account.faults.fail({
        service: 'cloudtrail',
        operation: 'LookupEvents',
        always: true,
        error,
      });
      await expect(read()).rejects.toThrow(expect.objectContaining({ name: code }));
    },
  );

  it.each([
    ['no events', {}],
    ['an event without its text', { Events: [{ EventId: 'e' }] }],
    ['an event of another shape', { Events: [{ CloudTrailEvent: '{}' }] }],
  ])('with an answer of %s is an error', async (_, answer) => {
    account.dispatcher.register('cloudtrail', { LookupEvents: () => answer });
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
    await expect(read('us-east-1', controller.signal)).rejects.toThrow(/abort/i);
    expect(takeCalls()['LookupEvents']).toBe(1);
  });
});
