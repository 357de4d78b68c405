import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startsOf } from '../../../infra/cost/activity.ts';
import { billOf, totalOf } from '../../../infra/cost/dollars.ts';
import { PRICES } from '../../../infra/cost/prices.ts';
import { parseScenario, type Scenario } from '../../../infra/cost/scenario.ts';
import {
  usageOfAdministrator,
  usageOfReportingEverything,
  usageOfStack,
} from '../../../infra/cost/usage.ts';
import { type Frequency, HOURS } from '../../../infra/settings/settings.ts';

const DAILY = 'TwentyFour_Hours';
const frequencies = Object.keys(HOURS) as Frequency[];

/** An account in which nothing changes, but for what a test says. */
const still = (overrides: Partial<Scenario> = {}): Scenario => ({
  ...parseScenario({ accounts: 1, users: 500, keyChanges: 0, userChanges: 0, remediations: 0 }),
  ...overrides,
});

/** What the README says is of one rule, where the tiers are its own. */
const evaluationsOfOneRule = (evaluations: number): number =>
  billOf({ evaluations: evaluations / 2, iamCalls: 0, configCalls: 0, paid: {} })[
    'AWS Config evaluations'
  ];

describe('evaluations', () => {
  it('of 500 users cost what the README says, about $2 a month and rule at any frequency', () => {
    for (const frequency of frequencies)
      expect(evaluationsOfOneRule(usageOfStack(still(), frequency).evaluations)).toBeCloseTo(
        2.14,
        2,
      );
  });

  it.each([
    [DAILY, 15],
    ['One_Hour', 308],
  ] as const)('of a rule that reports everything at %s cost $%d', (frequency, expected) => {
    const { evaluations } = usageOfReportingEverything(still(), frequency);
    expect(evaluationsOfOneRule(evaluations)).toBeCloseTo(expected, 2);
  });

  it.each([
    [0, 30],
    [1, 30],
    [2, 15],
    [30, 1],
    [365, 30 / 365],
  ])(
    'are refreshed with refreshDays %d %d times a month, once a sweep at most',
    (refreshDays, times) => {
      const { evaluations } = usageOfStack(still({ refreshDays }), DAILY);
      expect(evaluations).toBeCloseTo(2 * 500 * times, 6);
    },
  );

  it('are one more of each rule for each change, and for each notification of a hybrid rule', () => {
    const more = (overrides: Partial<Scenario>) =>
      usageOfStack(still(overrides), DAILY).evaluations - usageOfStack(still(), DAILY).evaluations;
    expect(more({ keyChanges: 7 })).toBeCloseTo(14, 6);
    expect(more({ userChanges: 7 })).toBeCloseTo(14, 6);
    expect(more({ userChanges: 7, triggers: 'schedule' })).toBe(0);
  });
});

describe('what is an option', () => {
  const more = (overrides: Partial<Scenario>) => {
    const [before, after] = [still(), still(overrides)].map((scenario) =>
      totalOf(billOf(usageOfStack(scenario, DAILY))),
    );
    return (after ?? Number.NaN) - (before ?? Number.NaN);
  };

  it('is the dashboard of an account, $3', () => {
    expect(more({ dashboard: true })).toBeCloseTo(3, 6);
  });

  it('is a finding for every violation and day, of both rules, a run a day, a queue and two alarms', () => {
    const findings = 2 * 50 * 30 * 0.00003;
    const asked = 5 * 30 * 24 * 60 * 3 * 0.0000004;
    const metrics = (2 * 30 * 0.3) / 720;
    const runs = 30 * (0.0000002 + 2 * 0.5 * 0.0000133334 + 0.000002 * 0.5);
    const expected = findings + 2 * 0.1 + asked + metrics + runs;
    expect(more({ securityHubFindings: true })).toBeCloseTo(expected, 9);
  });

  it.each([
    [{ keyEvents: false, triggers: 'schedule' }, 8],
    [{ keyEvents: false, triggers: 'hybrid' }, 8],
    [{ keyEvents: true, triggers: 'schedule' }, 10],
    [{ keyEvents: true, triggers: 'hybrid' }, 11],
  ] as const)('is with %j %d alarms', (settings, alarms) => {
    expect(usageOfStack(still(settings), DAILY).paid.alarm).toBe(alarms);
  });

  it.each([
    [{ keyEvents: false, securityHubFindings: false }, 0],
    [{ keyEvents: true, securityHubFindings: false }, 1],
    [{ keyEvents: false, securityHubFindings: true }, 1],
    [{ keyEvents: true, securityHubFindings: true }, 2],
  ])('is with %j %d queues that are asked for messages', (settings, queues) => {
    const { queueRequest } = usageOfStack(still(settings), DAILY).paid;
    expect(queueRequest).toBe(queues * 648_000);
  });

  const changes = { keyChanges: 7, remediations: 1 };
  it.each([
    ['key event', { keyEvents: true }, 9],
    ['key event that starts nothing, of too many users', { keyEvents: true, users: 501 }, 9],
    ['change of a verdict of either rule', { keyEvents: false, securityHubFindings: true }, 18],
  ])('is three requests for each %s', (_, settings, messages) => {
    const { queueRequest } = usageOfStack(still({ ...changes, ...settings }), DAILY).paid;
    expect(queueRequest).toBe(648_000 + 3 * messages);
  });

  const callsMore = (overrides: Partial<Scenario>) => {
    // A whole number of refreshes, and so of calls.
    const scenario = still({ refreshDays: 1, ...overrides });
    const off = usageOfStack(scenario, DAILY);
    const on = usageOfStack({ ...scenario, securityHubFindings: true }, DAILY);
    return { iam: on.iamCalls - off.iamCalls, config: on.configCalls - off.configCalls };
  };

  it('is the calls that look at violations once a day: who they are, their keys, what Config holds', () => {
    // 500 users, of whom 50 violate each rule: a page of users, listed twice at most, and five of results.
    expect(callsMore({})).toEqual({ iam: 30 * (2 + 2 * 50), config: 30 * 2 * 5 });
    expect(callsMore({ users: 1_001, violations: 0 })).toEqual({
      iam: 30 * 4,
      config: 30 * 2 * 11,
    });
  });

  it('is the calls that look at one user after each change of a verdict', () => {
    const [before, after] = [callsMore({}), callsMore({ keyChanges: 7 })];
    expect(after.iam - before.iam).toBe(14 * (2 + 1));
    expect(after.config - before.config).toBe(14);
  });

  it('is the metrics of the findings, in each hour of the month at most', () => {
    const metricsMore = (keyChanges: number) => {
      const [off, on] = [false, true].map(
        (securityHubFindings) =>
          usageOfStack(still({ keyChanges, securityHubFindings }), DAILY).paid.metricMonth,
      );
      return (on ?? Number.NaN) - (off ?? Number.NaN);
    };
    expect(metricsMore(7)).toBeCloseTo((2 * (30 + 14)) / 720, 9);
    expect(metricsMore(1_000)).toBeCloseTo(2, 9);
  });

  it('is the roll-up: a dashboard, and ten queries over every account at each look', () => {
    const bill = billOf(usageOfAdministrator(still({ accounts: 1_000, rollUpViews: 30 })));
    expect(bill).toMatchObject({ 'CloudWatch dashboards': 3, 'AWS Config evaluations': 0 });
    expect(bill['Metrics Insights']).toBeCloseTo(3, 6);
  });
});

describe('reporting everything', () => {
  it.each([
    [0, 1, 1],
    [100, 1, 1],
    [101, 1, 2],
    [1_001, 2, 11],
  ])(
    'of %d users asks for %d pages of users and %d of results at each sweep',
    (users, pages, results) => {
      const { iamCalls, configCalls } = usageOfReportingEverything(still({ users }), DAILY);
      expect(iamCalls).toBe(2 * 30 * (pages + users));
      expect(configCalls).toBe(2 * 30 * results);
    },
  );
});

describe('starts of an evaluation', () => {
  const starts = (overrides: Partial<Scenario>) =>
    startsOf(still({ keyChanges: 10, remediations: 1, ...overrides }));

  it('come from key events and from runbooks', () => {
    expect(starts({})).toBe(10 + 2 + 2);
    expect(starts({ keyEvents: false })).toBe(2);
  });

  it('are held back above 500 users of a hybrid rule', () => {
    expect(starts({ users: 500 })).toBe(14);
    expect(starts({ users: 501 })).toBe(2);
    expect(starts({ users: 501, triggers: 'schedule' })).toBe(14);
  });
});

describe('the model', () => {
  const amounts = fc.record({
    users: fc.nat(2_000),
    violations: fc.nat(100),
    keyChanges: fc.nat(500),
    userChanges: fc.nat(500),
    remediations: fc.nat(50),
  });
  const frequency = fc.constantFrom(...frequencies);

  it('never says less of more', () => {
    const names = ['users', 'violations', 'keyChanges', 'userChanges', 'remediations'] as const;
    fc.assert(
      fc.property(
        amounts,
        frequency,
        fc.constantFrom(...names),
        fc.nat(400),
        (given, often, name, more) => {
          // Above 500 users nothing is started, and that is cheaper: this is of accounts on a schedule.
          const scenario = { ...still({ triggers: 'schedule' }), ...given };
          const [one, other] = [scenario, { ...scenario, [name]: scenario[name] + more }].map(
            (each) => usageOfStack(each, often),
          );
          for (const count of ['evaluations', 'iamCalls', 'configCalls'] as const)
            expect(other?.[count]).toBeGreaterThanOrEqual((one?.[count] ?? Number.NaN) - 1e-6);
          if (one && other)
            expect(totalOf(billOf(other))).toBeGreaterThanOrEqual(totalOf(billOf(one)) - 1e-9);
        },
      ),
    );
  });

  it('never says more evaluations than reporting everything at each sweep, and what changes', () => {
    fc.assert(
      fc.property(amounts, frequency, (given, often) => {
        const scenario = { ...still({ keyEvents: false }), ...given, remediations: 0 };
        const { evaluations } = usageOfStack(scenario, often);
        const { evaluations: everything } = usageOfReportingEverything(scenario, often);
        const changes = 2 * (given.keyChanges + given.userChanges);
        expect(evaluations).toBeLessThanOrEqual(everything + changes + 1e-6);
      }),
    );
  });

  it('has every price in a line', () => {
    const all = Object.fromEntries(Object.keys(PRICES).map((name) => [name, 1]));
    const bill = billOf({ evaluations: 0, iamCalls: 0, configCalls: 0, paid: all });
    const prices = Object.values(PRICES).reduce((sum, { dollars }) => sum + dollars, 0);
    expect(totalOf(bill)).toBeCloseTo(prices, 9);
    for (const line of Object.values(bill).slice(1)) expect(line).toBeGreaterThan(0);
  });
});
