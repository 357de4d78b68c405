import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at } from '../../support/build.ts';
import { createRunbookAccount, fail, pass } from '../../support/runbook-account.ts';
import { createClock } from '../clock.ts';

const MINUTE = 60_000;

const setup = async () => {
  const clock = createClock({ start: at, speed: 0 });
  return { ...(await createRunbookAccount(clock)), advance: clock.advance };
};

let runbooks: Awaited<ReturnType<typeof setup>>;
beforeEach(async () => {
  runbooks = await setup();
});
afterEach(() => runbooks.account.close());

const sleep = (Duration: string, more: object = {}) =>
  pass('Sleep', { inputs: { Duration }, ...more });
const approve = { name: 'Approve', action: 'aws:approve', inputs: { Approvers: ['operator'] } };

const statusOf = (id: string) => runbooks.account.ssm.execution(id).AutomationExecutionStatus;

const approveIt = (AutomationExecutionId: string) =>
  runbooks.account.call({
    service: 'ssm',
    operation: 'SendAutomationSignal',
    input: { AutomationExecutionId, SignalType: 'Approve' },
    principal: 'operator',
  });

describe('aws:sleep', () => {
  it("sleeps for its duration on the account's clock, not a millisecond less", async () => {
    const { account, advance, start } = runbooks;
    const id = start([sleep('PT30M'), pass('After')]);
    await account.ssm.waiting(id);

    advance(30 * MINUTE - 1);
    await account.settled();
    expect(account.ssm.execution(id)).toMatchObject({
      AutomationExecutionStatus: 'InProgress',
      StepExecutions: [{ StepStatus: 'InProgress' }, { StepStatus: 'Pending' }],
    });

    advance(1);
    expect((await account.ssm.finished(id)).ExecutionEndTime).toEqual(
      new Date(at.getTime() + 30 * MINUTE),
    );
  });

  it.each([
    ['shorter than its timeout', 1801, 'Success', undefined],
    ['as long as its timeout', 1800, 'Success', undefined],
    ['longer than its timeout', 1799, 'TimedOut', expect.stringContaining('after 1799 seconds')],
  ])(
    'that is %s ends the execution with the right status',
    async (_, timeoutSeconds, status, message) => {
      const { account, advance, start } = runbooks;
      const id = start([sleep('PT30M', { timeoutSeconds })]);
      await account.ssm.waiting(id);

      advance(60 * MINUTE);

      expect(await account.ssm.finished(id)).toMatchObject({
        AutomationExecutionStatus: status,
        FailureMessage: message,
      });
    },
  );
});

describe('waiting', () => {
  it('throws when the execution ends without waiting', async () => {
    const id = runbooks.start([fail('A')]);

    await expect(runbooks.account.ssm.waiting(id)).rejects.toThrow('got its end: Failed');
  });

  it('resolves for an execution that is waiting already', async () => {
    const { account, start } = runbooks;
    const id = start([approve]);
    await account.ssm.waiting(id);

    expect((await account.ssm.waiting(id)).AutomationExecutionStatus).toBe('Waiting');
  });
});

describe('settled', () => {
  it.each([
    ['waits for an approval', [approve], 'Waiting'],
    ['sleeps', [sleep('PT1H')], 'InProgress'],
  ])('does not wait for an execution that %s', async (_, steps, status) => {
    const id = runbooks.start(steps);

    await runbooks.account.settled();

    expect(statusOf(id)).toBe(status);
  });

  it('waits for an execution that an approval releases, until it rests again', async () => {
    const { account, start } = runbooks;
    const id = start([approve, sleep('PT1H'), pass('After')]);
    await account.settled();
    await approveIt(id);

    await account.settled();

    const statuses = account.ssm.execution(id).StepExecutions.map(({ StepStatus }) => StepStatus);
    expect(statuses).toEqual(['Success', 'InProgress', 'Pending']);
    expect(statusOf(id)).toBe('InProgress');
  });

  it('waits for an execution that the clock releases', async () => {
    const { account, start, advance } = runbooks;
    const id = start([sleep('PT1H'), pass('After')]);
    await account.settled();
    advance(60 * MINUTE);

    await account.settled();

    expect(statusOf(id)).toBe('Success');
  });

  it('waits for the other executions', async () => {
    const { account, start } = runbooks;
    const resting = start([approve]);
    const other = start([pass('A'), fail('B')]);

    await account.settled();

    expect([statusOf(resting), statusOf(other)]).toEqual(['Waiting', 'Failed']);
  });
});

describe('close', () => {
  it.each([
    ['an approval', approve],
    ['a sleep', sleep('PT1H')],
  ])('ends an execution that waits for %s, and the steps that would follow', async (_, step) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { account, start } = await setup();
    const id = start([
      { ...step, onFailure: 'Continue' },
      { ...approve, name: 'Again' },
    ]);
    await account.ssm.waiting(id);

    await account.close();

    const { StepExecutions, AutomationExecutionStatus } = account.ssm.execution(id);
    expect(StepExecutions.map(({ StepStatus }) => StepStatus)).toEqual(['Failed', 'Failed']);
    expect(AutomationExecutionStatus).toBe('Failed');
    await setImmediate();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
