import * as v from 'valibot';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createDispatcher, createFaults, operation, ServiceError } from './dispatch.ts';

const at = new Date('2026-01-31T12:00:00.000Z');
const error = new ServiceError('ServiceFailure', 'on demand', 500);

const setup = () => {
  const faults = createFaults();
  const dispatcher = createDispatcher(faults, () => at);
  dispatcher.register('iam', {
    GetUser: operation(v.strictObject({ UserName: v.string() }), ({ UserName }) => UserName),
    ListUsers: () => [],
  });
  const call = (name: 'GetUser' | 'ListUsers', input: unknown = { UserName: 'alice' }) =>
    dispatcher.call({ service: 'iam', operation: name, input, principal: 'operator' });
  return { faults, dispatcher, call };
};

let account: ReturnType<typeof setup>;
beforeEach(() => {
  account = setup();
});

describe('a fault', () => {
  it('fails the nth call of its operation and no other', async () => {
    account.faults.fail({ service: 'iam', operation: 'GetUser', nth: 2, error });

    await account.call('GetUser');
    await account.call('ListUsers');
    await expect(account.call('GetUser')).rejects.toBe(error);
    await account.call('GetUser');
  });

  it('fails every call from the nth on until the faults are cleared', async () => {
    account.faults.fail({ service: 'iam', operation: 'GetUser', nth: 2, always: true, error });

    await account.call('GetUser');
    await expect(account.call('GetUser')).rejects.toBe(error);
    await expect(account.call('GetUser')).rejects.toBe(error);
    account.faults.clear();
    await account.call('GetUser');
  });
});

describe('a throttle', () => {
  it('admits a burst and refuses the next call', async () => {
    account.faults.throttle({ service: 'iam', perSecond: 0.001, burst: 2 });

    await account.call('GetUser');
    await account.call('ListUsers');
    await expect(account.call('GetUser')).rejects.toMatchObject({ code: 'Throttling' });
  });
});

describe('a delay', () => {
  it('delays every response', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    account.faults.delay(20);
    const answered = vi.fn();

    const call = account.call('GetUser').then(answered);
    await vi.advanceTimersByTimeAsync(19);
    expect(answered).not.toHaveBeenCalled();

    await vi.advanceTimersByTimeAsync(1);
    await call;
    expect(answered).toHaveBeenCalled();
  });
});

describe('the dispatcher', () => {
  it('records each call with its input, principal, instant and error', async () => {
    await account.call('GetUser');
    await expect(account.call('GetUser', { Name: 'alice' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('UserName'),
    });

    const common = { service: 'iam', operation: 'GetUser', principal: 'operator', at };
    expect(account.dispatcher.calls).toEqual([
      { ...common, input: { UserName: 'alice' } },
      { ...common, input: { Name: 'alice' }, errorCode: 'ValidationException' },
    ]);
  });

  it('notifies listeners of the output or error of each call', async () => {
    const ended: unknown[] = [];
    account.dispatcher.onAnswer(({ operation }, ending) => ended.push([operation, ending]));
    account.faults.fail({ service: 'iam', operation: 'ListUsers', error });

    await account.call('GetUser');
    await expect(account.call('ListUsers')).rejects.toBe(error);

    expect(ended).toEqual([
      ['GetUser', { output: 'alice' }],
      ['ListUsers', { error }],
    ]);
  });

  it('names the unknown service and operation', async () => {
    const request = { service: 'ssm', operation: 'SendCommand', input: {} } as const;
    const unknown = account.dispatcher.call({ ...request, principal: 'operator' });

    await expect(unknown).rejects.toMatchObject({
      code: 'UnknownOperationException',
      message: 'the local account has no ssm:SendCommand',
    });
  });
});
