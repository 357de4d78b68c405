import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startsOf } from '../../../infra/cost/activity.ts';
import { ROLL_UP_QUERIES, STEPS } from '../../../infra/cost/assumptions.ts';
import { billOf, totalOf } from '../../../infra/cost/dollars.ts';
import { PRICES } from '../../../infra/cost/prices.ts';
import { parseScenario, type Scenario } from '../../../infra/cost/scenario.ts';
import {
  usageOfAdministrator,
  usageOfReportingEverything,
  usageOfStack,
} from '../../../infra/cost/usage.ts';
import { type Frequency, HOURS } from '../../../infra/frequencies.ts';
import { REPOSITORY } from '../../../infra/repository.ts';
import { synthesizeOrganization } from '../organization/synthesize.ts';
import { onlyOne, propertiesOf, synthesize } from '../synthesize.ts';

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

  it('is a finding for every violation and day, of both rules, a run a day and two alarms', () => {
    const findings = 2 * 50 * 30 * 0.00003;
    expect(more({ securityHubFindings: true })).toBeCloseTo(findings + 2 * 0.1, 2);
  });

  it('is the roll-up: a dashboard, and ten queries over every account at each look', () => {
    const bill = billOf(usageOfAdministrator(still({ accounts: 1_000, rollUpViews: 30 })));
    expect(bill).toMatchObject({ 'CloudWatch dashboards': 3, 'AWS Config evaluations': 0 });
    expect(bill['Metrics Insights']).toBeCloseTo(3, 6);
  });
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

describe('what the model assumes', () => {
  it.each([
    { keyEvents: true, triggers: 'hybrid' },
    { keyEvents: true, triggers: 'schedule' },
    { keyEvents: false, triggers: 'hybrid' },
    { securityHubFindings: true },
  ] as const)('is the alarms that are deployed with %j', (settings) => {
    const { template } = synthesize(settings);
    expect(usageOfStack(still(settings), DAILY).paid.alarm).toBe(
      propertiesOf(template, 'AWS::CloudWatch::Alarm').length,
    );
  });

  it('is the steps of the two runbooks, but for those of an approval, a message and a second plan after it', () => {
    const options = ['Approve', 'PlanAgain', 'ReadPlanAgain', 'Notify'];
    const stepsOf = (document: string): string[] =>
      parse(readFileSync(`${REPOSITORY}remediation/${document}.yaml`, 'utf8')).mainSteps.map(
        ({ name }: { name: string }) => name,
      );
    const deactivation = stepsOf('deactivate-access-key').filter((name) => !options.includes(name));
    const deletion = stepsOf('delete-inactive-access-key').filter(
      (name) => name !== 'Approve' && name !== 'Notify',
    );
    expect(deactivation.length + deletion.length).toBe(STEPS);
  });

  it('is the queries of the roll-up', () => {
    const body = JSON.stringify(
      onlyOne(synthesizeOrganization().organization, 'AWS::CloudWatch::Dashboard'),
    );
    expect(body.match(/SELECT /g)).toHaveLength(ROLL_UP_QUERIES);
  });
});
