import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { billOf, totalOf } from '../../../infra/cost/bill.ts';
import { parseScenario, type Scenario } from '../../../infra/cost/scenario.ts';
import {
  REMEDIATION,
  ROLL_UP_QUERIES,
  startsOf,
  usageOfAdministrator,
  usageOfFullReporting,
  usageOfStack,
} from '../../../infra/cost/usage.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { FREQUENCIES } from '../../../infra/settings/settings.ts';
import { synthesizeOrganization } from '../organization/synthesize.ts';
import { onlyOne, propertiesOf, synthesize } from '../synthesize.ts';

/** An account in which nothing changes, with 500 users and daily sweeps. */
const quiet = (overrides: Partial<Scenario> = {}): Scenario => ({
  ...parseScenario({ accounts: 1, users: 500, keyChanges: 0, userChanges: 0, remediations: 0 }),
  ...overrides,
});

const amounts = fc.record({
  users: fc.nat(2_000),
  violations: fc.nat(100),
  keyChanges: fc.nat(500),
  userChanges: fc.nat(500),
  remediations: fc.nat(50),
  maximumExecutionFrequency: fc.constantFrom(...FREQUENCIES),
});

/** What a month costs more with these options. */
const moreDollars = (overrides: Partial<Scenario>): number =>
  totalOf(billOf(usageOfStack(quiet(overrides)))) - totalOf(billOf(usageOfStack(quiet())));

/** What one rule pays for its evaluations, as the README says. */
const dollarsOfOneRule = (evaluations: number): number =>
  billOf({ evaluations: evaluations / 2, iamCalls: 0, configCalls: 0, billed: {} }).evaluation;

describe('evaluations', () => {
  it.each(FREQUENCIES)('of 500 users cost about $2 a month and rule at %s', (frequency) => {
    const { evaluations } = usageOfStack(quiet({ maximumExecutionFrequency: frequency }));
    expect(dollarsOfOneRule(evaluations)).toBeCloseTo(2.14, 2);
  });

  it.each([
    ['TwentyFour_Hours', 15],
    ['One_Hour', 308],
  ] as const)('of a rule that reports everything at %s cost $%d', (frequency, expected) => {
    const { evaluations } = usageOfFullReporting(quiet({ maximumExecutionFrequency: frequency }));
    expect(dollarsOfOneRule(evaluations)).toBeCloseTo(expected, 2);
  });

  it.each([
    [0, 30],
    [1, 30],
    [2, 15],
    [30, 1],
    [365, 30 / 365],
  ])('refreshes with refreshDays %d every user %d times a month', (refreshDays, times) => {
    const { evaluations } = usageOfStack(quiet({ refreshDays }));
    expect(evaluations).toBeCloseTo(2 * 500 * times, 6);
  });

  it('adds one result of each rule per key change, and per notification of a hybrid rule', () => {
    const more = (overrides: Partial<Scenario>) =>
      usageOfStack(quiet(overrides)).evaluations - usageOfStack(quiet()).evaluations;
    expect(more({ keyChanges: 7 })).toBeCloseTo(14, 6);
    expect(more({ userChanges: 7 })).toBeCloseTo(14, 6);
    expect(more({ userChanges: 7, triggers: 'schedule' })).toBe(0);
  });

  it('never exceed those of full reporting plus the changes', () => {
    fc.assert(
      fc.property(amounts, (given) => {
        const scenario = { ...quiet({ keyEvents: false }), ...given, remediations: 0 };
        const { evaluations } = usageOfStack(scenario);
        const changes = 2 * (given.keyChanges + given.userChanges);
        expect(evaluations).toBeLessThanOrEqual(
          usageOfFullReporting(scenario).evaluations + changes + 1e-6,
        );
      }),
    );
  });
});

describe('usage', () => {
  it('never falls when a count rises', () => {
    const names = ['users', 'violations', 'keyChanges', 'userChanges', 'remediations'] as const;
    fc.assert(
      fc.property(amounts, fc.constantFrom(...names), fc.nat(400), (given, name, more) => {
        // With a hybrid rule usage falls above 500 users, because key events start nothing there.
        const scenario = { ...quiet({ triggers: 'schedule' }), ...given };
        const [before, after] = [scenario[name], scenario[name] + more].map((count) =>
          usageOfStack({ ...scenario, [name]: count }),
        ) as [ReturnType<typeof usageOfStack>, ReturnType<typeof usageOfStack>];
        for (const count of ['evaluations', 'iamCalls', 'configCalls'] as const)
          expect(after[count]).toBeGreaterThanOrEqual(before[count] - 1e-6);
        expect(totalOf(billOf(after))).toBeGreaterThanOrEqual(totalOf(billOf(before)) - 1e-9);
      }),
    );
  });

  it.each([
    [0, 1, 1],
    [100, 1, 1],
    [101, 1, 2],
    [1_001, 2, 11],
  ])(
    'of full reporting, with %d users, has %d pages of users and %d pages of results per sweep',
    (users, userPages, resultPages) => {
      const { iamCalls, configCalls } = usageOfFullReporting(quiet({ users }));
      expect(iamCalls).toBe(2 * 30 * (userPages + users));
      expect(configCalls).toBe(2 * 30 * resultPages);
    },
  );
});

describe('alarms, steps and queries', () => {
  it.each([
    [{ keyEvents: true, triggers: 'hybrid' }, 11],
    [{ keyEvents: true, triggers: 'schedule' }, 10],
    [{ keyEvents: false, triggers: 'hybrid' }, 8],
    [{ securityHubFindings: true }, 13],
  ] as const)('equals the deployed alarms with %j: %d', (settings, alarms) => {
    const { template } = synthesize(settings);
    expect(propertiesOf(template, 'AWS::CloudWatch::Alarm')).toHaveLength(alarms);
    expect(usageOfStack(parseScenario(settings)).billed.alarm).toBe(alarms);
  });

  it('equals the steps of the two runbooks without approval and notification', () => {
    const stepsOf = (runbook: string, optional: readonly string[]): string[] => {
      const file = `${REPOSITORY}remediation/runbooks/${runbook}.yaml`;
      const names = parse(readFileSync(file, 'utf8')).mainSteps.map(
        ({ name }: { name: string }) => name,
      );
      return names.filter((name: string) => !optional.includes(name));
    };
    const steps = [
      // A deactivation plans again only after an approval; a deletion always does.
      ...stepsOf('deactivate-access-key', ['Approve', 'PlanAgain', 'ReadPlanAgain', 'Notify']),
      ...stepsOf('delete-inactive-access-key', ['Approve', 'Notify']),
    ];
    expect(steps).toHaveLength(REMEDIATION.steps);
  });

  it("equals the queries of the organization's dashboard", () => {
    const { organization } = synthesizeOrganization();
    const body = JSON.stringify(onlyOne(organization, 'AWS::CloudWatch::Dashboard'));
    expect(body.match(/SELECT /g)).toHaveLength(ROLL_UP_QUERIES);
  });
});

describe('options', () => {
  it('bills $3 for the dashboard', () => {
    expect(moreDollars({ dashboard: true })).toBeCloseTo(3, 6);
  });

  it('bills findings, a daily run, a queue and two alarms for Security Hub', () => {
    const findings = 2 * 50 * 30 * 0.00003;
    const polling = 5 * 30 * 24 * 60 * 3 * 0.0000004;
    const metrics = (2 * 30 * 0.3) / 720;
    const runs = 30 * (0.0000002 + 2 * 0.5 * 0.0000133334 + 0.000002 * 0.5);
    const expected = findings + 2 * 0.1 + polling + metrics + runs;
    expect(moreDollars({ securityHubFindings: true })).toBeCloseTo(expected, 9);
  });

  it.each([
    [{ keyEvents: false, securityHubFindings: false }, 0],
    [{ keyEvents: true, securityHubFindings: false }, 1],
    [{ keyEvents: false, securityHubFindings: true }, 1],
    [{ keyEvents: true, securityHubFindings: true }, 2],
  ])('polls, with %j, %d queues', (settings, queues) => {
    expect(usageOfStack(quiet(settings)).billed.queueRequest).toBe(queues * 648_000);
  });

  it.each([
    ['key event', { keyEvents: true }, 9],
    ['key event that starts nothing, with 501 users', { keyEvents: true, users: 501 }, 9],
    ['change of compliance of either rule', { keyEvents: false, securityHubFindings: true }, 18],
  ])('makes three queue requests per %s', (_, settings, messages) => {
    const scenario = quiet({ keyChanges: 7, remediations: 1, ...settings });
    expect(usageOfStack(scenario).billed.queueRequest).toBe(648_000 + 3 * messages);
  });

  it('counts each metric of the findings in at most every hour of the month', () => {
    const metricMonths = (keyChanges: number, securityHubFindings: boolean) =>
      usageOfStack(quiet({ keyChanges, securityHubFindings })).billed.metricMonth ?? Number.NaN;
    expect(metricMonths(7, true) - metricMonths(7, false)).toBeCloseTo((2 * (30 + 14)) / 720, 9);
    expect(metricMonths(1_000, true) - metricMonths(1_000, false)).toBeCloseTo(2, 9);
  });

  it('bills the organization a dashboard, and ten queries over every account per view', () => {
    const bill = billOf(usageOfAdministrator(quiet({ accounts: 1_000, rollUpViews: 30 })));
    expect(bill).toMatchObject({ dashboard: 3, evaluation: 0 });
    expect(bill.analyzedMetric).toBeCloseTo(3, 6);
  });
});

describe('calls for Security Hub findings', () => {
  const callsMore = (overrides: Partial<Scenario>) => {
    // With refreshDays 1 the number of refreshes, and so of calls, is whole.
    const scenario = quiet({ refreshDays: 1, ...overrides });
    const off = usageOfStack(scenario);
    const on = usageOfStack({ ...scenario, securityHubFindings: true });
    return { iam: on.iamCalls - off.iamCalls, config: on.configCalls - off.configCalls };
  };

  it('lists users at most twice a day, the keys of each violation and the recorded results', () => {
    // 500 users, of whom 50 violate each rule: one page of users and five of results.
    expect(callsMore({})).toEqual({ iam: 30 * (2 + 2 * 50), config: 30 * 2 * 5 });
    expect(callsMore({ users: 1_001, violations: 0 })).toEqual({
      iam: 30 * 4,
      config: 30 * 2 * 11,
    });
  });

  it('reads one user after each change of compliance', () => {
    const [before, after] = [callsMore({}), callsMore({ keyChanges: 7 })];
    expect(after.iam - before.iam).toBe(14 * (2 + 1));
    expect(after.config - before.config).toBe(14);
  });
});

describe('startsOf', () => {
  const starts = (overrides: Partial<Scenario>) =>
    startsOf(quiet({ keyChanges: 10, remediations: 1, ...overrides }));

  it('counts those of key events and of runbooks', () => {
    expect(starts({})).toBe(10 + 2 + 2);
    expect(starts({ keyEvents: false })).toBe(2);
  });

  it('counts no key events above 500 users of a hybrid rule', () => {
    expect(starts({ users: 500 })).toBe(14);
    expect(starts({ users: 501 })).toBe(2);
    expect(starts({ users: 501, triggers: 'schedule' })).toBe(14);
  });
});
