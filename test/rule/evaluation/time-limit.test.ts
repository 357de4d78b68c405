import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';
import { drainEventLoop } from '../../support/stepped-clock.ts';

let rule: ServedRule;
/** The remaining time of the function in milliseconds. */
let remaining: number;

beforeEach(() => {
  // Timers fire only when a test says so.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await rule.close();
});

/** Serves a rule whose function has so much time left. */
const serve = async (milliseconds: number, { users = 3, pageSize = 1000 } = {}) => {
  remaining = milliseconds;
  rule = await serveRule({
    pageSize,
    messageTypes: ['ScheduledNotification'],
    users: compliantUsers(users),
  });
  const getRemainingTimeInMillis = () => remaining;
  rule.rule.whenInvoked = (event) => rule.handler(event, { getRemainingTimeInMillis });
};

const passTime = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);
const forever = () => new Promise<never>(() => {});
const reported = () => Object.values(rule.reported());
const lastLine = () => JSON.parse(rule.lines.at(-1) ?? '');

/** A call that the test answers later. */
const heldCall = () => {
  let answer: (value?: unknown) => void = () => {};
  const answered = new Promise<unknown>((resolve) => {
    answer = resolve;
  });
  return { answer, answered };
};

describe('a sweep that runs out of time', () => {
  it('reports the users that it has evaluated, and fails', async () => {
    await serve(60_250, { users: 400 });
    let calls = 0;
    rule.interpose('ListAccessKeys', (_, proceed) => {
      calls += 1;
      if (calls === 200) passTime(250);
      return proceed();
    });

    await expect(rule.sweep()).rejects.toThrow('to report in time');

    expect(reported().length).toBeGreaterThan(0);
    expect(reported().length).toBeLessThan(400);
    for (const { ComplianceType } of reported()) expect(ComplianceType).toBe('COMPLIANT');
  });

  it('reports in time although calls hang, and starts no further call', async () => {
    await serve(60_300, { users: 40 });
    let calls = 0;
    rule.interpose('ListAccessKeys', (_, proceed) => {
      calls += 1;
      if (calls === 15) passTime(300);
      return calls > 5 ? forever() : proceed();
    });

    await expect(rule.sweep()).rejects.toThrow('to report in time');

    expect(reported()).toHaveLength(5);
    expect(calls).toBe(15);
  });

  it('ignores an answer that arrives after the report', async () => {
    await serve(60_300, { users: 40, pageSize: 2 });
    const { answer, answered } = heldCall();
    rule.interpose('ListUsers', (_, proceed) => {
      passTime(300);
      return answered.then(proceed);
    });
    await expect(rule.sweep()).rejects.toThrow('to report in time');

    answer();
    await drainEventLoop();

    expect(rule.callCounts()).not.toHaveProperty('ListAccessKeys');
    expect(rule.callCounts()['ListUsers']).toBe(1);
  });

  it.each(['ListUsers', 'GetComplianceDetailsByConfigRule'])(
    'reports nothing when %s hangs',
    async (operation) => {
      await serve(60_200);
      rule.interpose(operation, () => {
        passTime(200);
        return forever();
      });

      await expect(rule.sweep()).rejects.toThrow('stopped with 60000 ms left, to report in time');

      expect(rule.batches()).toEqual([]);
      expect(lastLine()).toMatchObject({ errorType: 'SweepTimeoutError', SuccessfulSweeps: 0 });
    },
  );

  it.each([59_999, 60_000])('evaluates no user when %d ms are left', async (milliseconds) => {
    await serve(milliseconds);
    const { answer, answered } = heldCall();
    rule.interpose('ListUsers', (_, proceed) => {
      passTime(1);
      return answered.then(proceed);
    });

    await expect(rule.sweep()).rejects.toThrow('to report in time');
    answer();
    await drainEventLoop();

    expect(rule.callCounts()).not.toHaveProperty('ListAccessKeys');
    expect(rule.batches()).toEqual([]);
  });
});

describe('a report that runs out of time', () => {
  /** A sweep that has so much time left after it has read the users. */
  const serveReporting = async (milliseconds: number, users = 3) => {
    await serve(120_000, { users });
    rule.interpose('ListAccessKeys', (_, proceed) => {
      remaining = milliseconds;
      return proceed();
    });
  };

  it('fails when the recorded results cannot be read again', async () => {
    await serveReporting(2_200);
    let calls = 0;
    rule.interpose('GetComplianceDetailsByConfigRule', (_, proceed) => {
      calls += 1;
      if (calls < 2) return proceed();
      passTime(200);
      return forever();
    });

    await expect(rule.sweep()).rejects.toThrow('stopped with 2000 ms left, to report in time');

    expect(rule.batches()).toEqual([]);
    expect(lastLine()).toMatchObject({ errorType: 'SweepTimeoutError' });
  });

  it('stops between two batches', async () => {
    await serveReporting(2_400, 250);
    const { answer, answered } = heldCall();
    let batches = 0;
    rule.interpose('PutEvaluations', (_, proceed) => {
      batches += 1;
      if (batches < 2) return proceed();
      passTime(400);
      return answered;
    });

    await expect(rule.sweep()).rejects.toThrow('to report in time');
    answer({ FailedEvaluations: [] });
    await drainEventLoop();

    expect(batches).toBe(2);
    expect(lastLine()).toMatchObject({ SuccessfulSweeps: 0 });
  });

  it.each([1_999, 2_000])('sends no batch when %d ms are left', async (milliseconds) => {
    await serveReporting(milliseconds);
    rule.interpose('GetComplianceDetailsByConfigRule', (_, proceed) => {
      if (remaining === milliseconds) passTime(1);
      return proceed();
    });
    await expect(rule.sweep()).rejects.toThrow('to report in time');
    expect(rule.batches()).toEqual([]);
  });
});
