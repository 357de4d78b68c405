import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { billOf, totalOf } from '../../../infra/cost/bill.ts';
import { breakEvenOf, count, dollars, price, reportOf } from '../../../infra/cost/report.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { usageOfFullReporting, usageOfStack } from '../../../infra/cost/usage.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';

const report = (given: Readonly<Record<string, unknown>> = {}) => reportOf(parseScenario(given));

/** The rows of the tables: the cells after the first, by the first. */
const rowsOf = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name = '', ...cells]) => [name, cells.slice(0, -1)]),
  );

const numberIn = (text = '') => Number(text.replace(/[$,]/g, ''));
const FULL_STARTS = 'total if each start reports every user';

describe('reportOf', () => {
  it('is in docs/organization.md', () => {
    const text = readFileSync(`${REPOSITORY}docs/organization.md`, 'utf8');
    const [, section = ''] = text.split('<!-- npm run cost -->\n');

    expect(section.split('\n<!-- end -->')[0]).toBe(report());
  });

  it('compares both at three frequencies, with evaluations priced per account and as one account', () => {
    const [daily, full] = report()
      .split('\n')
      .filter((line) => /\bthese rules\b|^. reporting everything/.test(line))
      .map((line) => line.split(' | '));

    // 576,571: 100,000 at $0.001, 400,000 at $0.0008, the others at $0.0005.
    expect(daily?.slice(0, 6)).toEqual([
      ...['| `TwentyFour_Hours`, these rules', '576,571', '10,770,000', '672,000', '$577', '$458'],
    ]);
    // 3,000,000: $100, $320, and 2,500,000 at $0.0005.
    expect(full?.slice(4, 6)).toEqual(['$3,000', '$1,670']);
    for (const frequency of ['TwentyFour_Hours', 'Six_Hours', 'One_Hour'])
      expect(report()).toContain(`\n| \`${frequency}\`, these rules | `);
  });

  it('multiplies an account by the number of accounts and adds the administrator once', () => {
    const { total: one } = rowsOf(report({ accounts: 1, rollUpViews: 0 }));
    const { total: ten } = rowsOf(report({ accounts: 10, rollUpViews: 0 }));

    expect(one?.[2]).toBe(one?.[1]);
    expect(numberIn(ten?.[2])).toBeCloseTo(10 * numberIn(one?.[1]) + 3, 0);
  });

  it('bills the given frequency', () => {
    const text = report({ maximumExecutionFrequency: 'One_Hour', accounts: 1 });

    expect(text).toContain('| `One_Hour` | price | one account |');
    expect(rowsOf(text)['total']?.[1]).toBe(rowsOf(text)['`One_Hour`, these rules']?.at(-1));
  });

  it('shows what evaluations cost if each start reports every user', () => {
    const { total, [FULL_STARTS]: more } = rowsOf(report());

    // 58 starts of both rules, 50 users, $0.001 each.
    expect(numberIn(more?.[1]) - numberIn(total?.[1])).toBeCloseTo(5.8, 1);
    expect(numberIn(more?.[2]) - numberIn(total?.[2])).toBeCloseTo(5_800, -1);
    expect(report()).toContain('AWS does not document what a hybrid rule reports');
  });

  it.each([{ triggers: 'schedule' }, { users: 0 }])(
    'leaves that out with %j, where a start reports nothing more',
    (given) => {
      expect(report(given)).not.toContain(FULL_STARTS);
      expect(report(given)).not.toContain('AWS does not document');
    },
  );

  it('shows the break-even of each frequency', () => {
    expect(report()).toContain(
      'account: 52 users at `TwentyFour_Hours`, 16 users at `Six_Hours`, 7 users at `One_Hour`.',
    );
    expect(report({ refreshDays: 0, keyChanges: 1_000_000 })).toContain('never at `One_Hour`');
  });
});

describe('breakEvenOf', () => {
  it.each(['TwentyFour_Hours', 'Six_Hours', 'One_Hour'] as const)(
    'is the first number of users with which the stack costs less, at %s',
    (maximumExecutionFrequency) => {
      const scenario = parseScenario({ maximumExecutionFrequency });
      const isCheaper = (users: number) => {
        const at = { ...scenario, users };
        return totalOf(billOf(usageOfStack(at))) < totalOf(billOf(usageOfFullReporting(at)));
      };
      const users = breakEvenOf(scenario) ?? 0;

      expect([isCheaper(users - 1), isCheaper(users)]).toEqual([false, true]);
    },
  );

  it('can be the highest number of users that IAM allows, or none', () => {
    expect(breakEvenOf(parseScenario({ userChanges: 125_050 }))).toBe(5_000);
    expect(breakEvenOf(parseScenario({ refreshDays: 0, keyChanges: 1_000_000 }))).toBeUndefined();
  });
});

describe('numbers', () => {
  it.each([
    [0, '$0.00'],
    [99.99, '$99.99'],
    [100, '$100'],
    [1_234_567.8, '$1,234,568'],
  ])('formats %d dollars as %s', (value, expected) => {
    expect(dollars(value)).toBe(expected);
  });

  it('shows every digit of a price and none of a fraction of a count', () => {
    expect(price(0.0000133334)).toBe('$0.0000133334');
    expect(count(1_234.5)).toBe('1,235');
  });
});
