import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { totalOf } from '../../../infra/cost/bill.ts';
import { parseScenario, type Scenario } from '../../../infra/cost/scenario.ts';
import {
  eventsOf,
  REMEDIATION,
  usageOfFullReporting,
  usageOfStack,
} from '../../../infra/cost/usage.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { FREQUENCIES } from '../../../infra/settings/settings.ts';
import { propertiesOf, synthesize } from '../synthesize.ts';

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
  totalOf(usageOfStack(quiet(overrides))) - totalOf(usageOfStack(quiet()));

describe('evaluations', () => {
  it.each([
    [0, 30],
    [1, 30],
    [2, 15],
    [30, 1],
    [365, 30 / 365],
  ])(
    'refreshes with refreshDays %d every user and every violation %d times a month',
    (refreshDays, times) => {
      const { evaluations } = usageOfStack(quiet({ refreshDays }));
      // 500 users of the rule on inactive keys, and 50 violations of the rule on active keys.
      expect(evaluations).toBeCloseTo((500 + 50) * times, 6);
    },
  );

  it('do not depend on the frequency', () => {
    const numbers = FREQUENCIES.map(
      (maximumExecutionFrequency) => usageOfStack(quiet({ maximumExecutionFrequency })).evaluations,
    );
    expect(new Set(numbers).size).toBe(1);
    const of = (maximumExecutionFrequency: Scenario['maximumExecutionFrequency']) =>
      usageOfFullReporting(quiet({ maximumExecutionFrequency })).evaluations;
    expect([of('TwentyFour_Hours'), of('One_Hour')]).toEqual([2 * 15_000, 2 * 360_000]);
  });

  it('adds one result of each rule per key change, and per notification of a hybrid rule', () => {
    const more = (overrides: Partial<Scenario>) =>
      usageOfStack(quiet(overrides)).evaluations - usageOfStack(quiet()).evaluations;
    // Two changes per 100 users are ten of 500 users.
    expect(more({ keyChanges: 2 })).toBeCloseTo(20, 6);
    expect(more({ userChanges: 2 })).toBeCloseTo(20, 6);
    expect(more({ userChanges: 2, triggers: 'schedule' })).toBe(0);
  });

  it('never exceed those of full reporting plus the changes', () => {
    fc.assert(
      fc.property(amounts, (given) => {
        const scenario = { ...quiet({ keyEvents: false }), ...given, remediations: 0 };
        const { keyChanges, notifications } = eventsOf(scenario);
        expect(usageOfStack(scenario).evaluations).toBeLessThanOrEqual(
          usageOfFullReporting(scenario).evaluations + 2 * (keyChanges + notifications) + 1e-6,
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
        expect(totalOf(after)).toBeGreaterThanOrEqual(totalOf(before) - 1e-9);
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

describe('the synthesized template', () => {
  it.each([
    {},
    { keyEvents: false },
    { triggers: 'schedule' },
    { securityHubFindings: true },
    { securityHubFindings: true, dashboard: true },
  ] as const)(
    'has the billed alarms, metrics, dashboards and polled queues, with %j',
    (settings) => {
      const { template } = synthesize(settings);
      const numberOf = (type: string) => propertiesOf(template, type).length;
      const { billed } = usageOfStack(
        quiet({ ...parseScenario(settings), maximumExecutionFrequency: 'One_Hour', keyChanges: 0 }),
      );

      expect(billed.alarm).toBe(numberOf('AWS::CloudWatch::Alarm'));
      expect(billed.dashboard).toBe(numberOf('AWS::CloudWatch::Dashboard'));
      const custom = propertiesOf(template, 'AWS::CloudWatch::Alarm').filter(
        ({ Namespace }) => Namespace === 'IamUserSingleAccessKey',
      );
      // With hourly sweeps each metric is billed for the whole month.
      expect(billed.metricMonth).toBe(custom.length);
      const requests = 648_000 * numberOf('AWS::Lambda::EventSourceMapping');
      expect(usageOfStack(quiet(settings)).billed.queueRequest).toBe(requests);
      // Saved queries cost nothing until somebody runs one.
      expect(numberOf('AWS::Logs::QueryDefinition')).toBeGreaterThanOrEqual(4);
    },
  );

  it('has the steps of the two runbooks without approval and notification', () => {
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
});

describe('options', () => {
  it('bills $3 for the dashboard', () => {
    expect(moreDollars({ dashboard: true })).toBeCloseTo(3, 6);
  });

  it('bills findings, a daily run and a queue for Security Hub', () => {
    const findings = 2 * 50 * 30 * 0.00003;
    const polling = 5 * 30 * 24 * 60 * 3 * 0.0000004;
    const runs = 30 * (0.0000002 + 2 * 0.5 * 0.0000133334 + 0.000002 * 0.5);
    expect(moreDollars({ securityHubFindings: true })).toBeCloseTo(findings + polling + runs, 9);
  });

  it.each([
    ['key event', { keyEvents: true }, 14],
    ['change of compliance of either rule', { keyEvents: false, securityHubFindings: true }, 28],
  ])('makes three queue requests per %s', (_, settings, messages) => {
    // Ten changes, and two remediations with two changes each.
    const scenario = quiet({ users: 200, keyChanges: 5, remediations: 1, ...settings });
    expect(usageOfStack(scenario).billed.queueRequest).toBe(648_000 + 3 * messages);
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
    const [before, after] = [callsMore({}), callsMore({ keyChanges: 2 })];
    expect(after.iam - before.iam).toBe(20 * (2 + 1));
    expect(after.config - before.config).toBe(20);
  });
});

describe('the started evaluations', () => {
  const starts = (overrides: Partial<Scenario>) =>
    eventsOf(quiet({ users: 100, keyChanges: 10, remediations: 1, ...overrides })).starts;

  it('are those of key events and of runbooks', () => {
    expect(starts({})).toBe(10 + 2 + 2);
    expect(starts({ keyEvents: false })).toBe(2);
  });

  it('are only those of runbooks above 500 users of a hybrid rule', () => {
    expect(starts({ users: 500 })).toBe(50 + 10 + 10);
    expect(starts({ users: 501 })).toBeCloseTo(10.02, 6);
    expect(starts({ users: 501, triggers: 'schedule' })).toBeCloseTo(70.14, 6);
  });
});
