import { describe, expect, it } from 'vitest';
import { breakEven, breakEvenOf, comparisonOf } from '../../../infra/cost/comparison.ts';
import { billOf, totalOf } from '../../../infra/cost/dollars.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { usageOfReportingEverything, usageOfStack } from '../../../infra/cost/usage.ts';

const scenario = parseScenario({});

describe('comparisonOf', () => {
  it('prices evaluations of each account by itself, and as if all were one', () => {
    const [, , daily, other] = comparisonOf(scenario);
    const cells = (row = '') => row.split(' | ').slice(-3);
    // 576,571: 100,000 at $0.001, 400,000 at $0.0008, the others at $0.0005.
    expect(cells(daily).slice(0, 2)).toEqual(['$577', '$458']);
    // 3,000,000: $100, $320, and 2,500,000 at $0.0005.
    expect(cells(other).slice(0, 2)).toEqual(['$3,000', '$1,670']);
  });

  it('is one row of each for each schedule', () => {
    const rows = comparisonOf(scenario).slice(2);
    expect(rows.map((row) => row.split(' | ')[0])).toEqual([
      '| `TwentyFour_Hours`, these rules',
      '| reporting everything',
      '| `Six_Hours`, these rules',
      '| reporting everything',
      '| `One_Hour`, these rules',
      '| reporting everything',
    ]);
  });
});

describe('breakEvenOf', () => {
  it.each(['TwentyFour_Hours', 'Six_Hours', 'One_Hour'] as const)(
    'at %s is the first number of users with which the stack costs less',
    (frequency) => {
      const costs = (users: number) =>
        [usageOfStack, usageOfReportingEverything].map((usageOf) =>
          totalOf(billOf(usageOf({ ...scenario, users }, frequency))),
        ) as [number, number];
      const users = breakEvenOf(scenario, frequency) ?? 0;
      const [ours, theirs] = costs(users);
      expect(ours).toBeLessThan(theirs);
      const [before, beforeTheirs] = costs(users - 1);
      expect(before).toBeGreaterThanOrEqual(beforeTheirs);
    },
  );

  it('may be as many users as IAM takes', () => {
    expect(breakEvenOf(parseScenario({ userChanges: 125_050 }), 'TwentyFour_Hours')).toBe(5_000);
  });

  it('is none where the stack always costs more', () => {
    const refreshing = parseScenario({ refreshDays: 0, keyChanges: 1_000_000 });
    expect(breakEvenOf(refreshing, 'TwentyFour_Hours')).toBeUndefined();
    expect(breakEven(refreshing).join(' ')).toContain('none at `TwentyFour_Hours`');
  });

  it('is said of each schedule', () => {
    expect(breakEven(scenario).join(' ')).toMatch(
      /on: 52 users at `TwentyFour_Hours`, 16 users at `Six_Hours`, 7 users at `One_Hour`\.$/,
    );
  });
});
