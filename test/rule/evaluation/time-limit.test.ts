import { afterEach, describe, expect, it } from 'vitest';
import { compliantUsers, type ServedRule, serveRule } from '../../support/served-rule.ts';

let rule: ServedRule;
/** What is left to the function. */
let milliseconds: number;
const serve = async (remaining: number, users: number, pageSize = 1000) => {
  rule = await serveRule({
    pageSize,
    messageTypes: ['ScheduledNotification'],
    users: compliantUsers(users),
  });
  milliseconds = remaining;
  const getRemainingTimeInMillis = () => milliseconds;
  rule.rule.whenInvoked = (event) => rule.handler(event, { getRemainingTimeInMillis });
};
afterEach(() => rule.close());

const forever = () => new Promise(() => {});
const reported = () => Object.values(rule.reported());

describe('a sweep for want of time', () => {
  it('reports what it has, and throws', async () => {
    await serve(60_250, 400);
    rule.interpose('ListAccessKeys', (_, proceed) =>
      new Promise((resolve) => setTimeout(resolve, 20)).then(proceed),
    );

    await expect(rule.sweep()).rejects.toThrow('to report in time');

    expect(reported().length).toBeGreaterThan(0);
    expect(reported().length).toBeLessThan(400);
    for (const { ComplianceType } of reported()) expect(ComplianceType).toBe('COMPLIANT');
  });

  it('does so although every call hangs, and begins no other one', async () => {
    await serve(60_300, 40);
    let asked = 0;
    rule.interpose('ListAccessKeys', (_, proceed) => {
      asked += 1;
      return asked > 5 ? forever() : proceed();
    });

    await expect(rule.sweep()).rejects.toThrow('to report in time');

    expect(reported()).toHaveLength(5);
    expect(asked).toBe(15);
  });

  it('asks for nothing after its report, where a call is answered only then', async () => {
    await serve(60_300, 40, 2);
    let answer = () => {};
    const untilAnswered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    rule.interpose('ListUsers', (_, proceed) => untilAnswered.then(proceed));
    await expect(rule.sweep()).rejects.toThrow('to report in time');

    answer();
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(rule.callCounts()).not.toHaveProperty('ListAccessKeys');
    expect(rule.callCounts()['ListUsers']).toBe(1);
  });

  it.each(['ListUsers', 'GetComplianceDetailsByConfigRule'])(
    'ends in the middle of %s, with nothing to report',
    async (operation) => {
      await serve(60_200, 3);
      rule.interpose(operation, forever);

      await expect(rule.sweep()).rejects.toThrow('stopped with 60000 ms left, to report in time');

      expect(rule.batches()).toEqual([]);
      expect(JSON.parse(rule.lines.join())).toMatchObject({
        errorType: 'SweepTimeoutError',
        SuccessfulSweeps: 0,
      });
    },
  );

  it.each([59_999, 60_000])('begins no user with %d ms left', async (remaining) => {
    await serve(remaining, 3);
    await expect(rule.sweep()).rejects.toThrow('to report in time');
    expect(rule.callCounts()).not.toHaveProperty('ListAccessKeys');
    expect(rule.batches()).toEqual([]);
  });
});

describe('a report for want of time', () => {
  /** A sweep that has little time left once it has read the last user. */
  const serveReporting = async (remaining: number, users: number) => {
    await serve(120_000, users);
    rule.interpose('ListAccessKeys', (_, proceed) => {
      milliseconds = remaining;
      return proceed();
    });
  };

  it('ends, and says so, when what Config holds cannot be read again', async () => {
    await serveReporting(2_200, 3);
    let readings = 0;
    rule.interpose('GetComplianceDetailsByConfigRule', (_, proceed) => {
      readings += 1;
      return readings === 2 ? forever() : proceed();
    });

    await expect(rule.sweep()).rejects.toThrow('stopped with 2000 ms left, to report in time');

    expect(rule.batches()).toEqual([]);
    expect(JSON.parse(rule.lines.join())).toMatchObject({ errorType: 'SweepTimeoutError' });
  });

  it('ends in the middle of its batches, and begins no other one', async () => {
    await serveReporting(2_400, 250);
    let answer: (taken: unknown) => void = () => {};
    const answered = new Promise((resolve) => {
      answer = resolve;
    });
    let batches = 0;
    rule.interpose('PutEvaluations', (_, proceed) => {
      batches += 1;
      return batches === 2 ? answered : proceed();
    });

    await expect(rule.sweep()).rejects.toThrow('to report in time');
    answer({ FailedEvaluations: [] });
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(batches).toBe(2);
    expect(JSON.parse(rule.lines.join())).toMatchObject({ SuccessfulSweeps: 0 });
  });

  it.each([1_999, 2_000])('begins none with %d ms left', async (remaining) => {
    await serveReporting(remaining, 3);
    await expect(rule.sweep()).rejects.toThrow('to report in time');
    expect(rule.batches()).toEqual([]);
  });
});
