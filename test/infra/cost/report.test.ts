import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { totalOf } from '../../../infra/cost/bill.ts';
import { breakEvenOf, count, dollars, reportOf } from '../../../infra/cost/report.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { usageOfFullReporting, usageOfStack } from '../../../infra/cost/usage.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';

const report = (given: Readonly<Record<string, unknown>> = {}) => reportOf(parseScenario(given));
const read = (file: string) => readFileSync(`${REPOSITORY}${file}`, 'utf8');

const tableOf = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));

/** The rows of the table: the cells after the first, by the first. */
const rowsOf = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    tableOf(text)
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name = '', ...cells]) => [name, cells.slice(0, -1)]),
  );

const numbersIn = (cells: readonly string[] = []) =>
  cells.map((cell) => Number(cell.replace(/[$,]/g, '')));

/** What an account with this stack costs, and one with two rules that report everything, at daily frequency. */
const totalsOf = (users: number) => {
  const at = parseScenario({ users });
  return { stack: totalOf(usageOfStack(at)), full: totalOf(usageOfFullReporting(at)) };
};

describe('the cost, at daily frequency and with defaults,', () => {
  it('is never more than that of two rules that report everything, from 20 users on', () => {
    for (let users = 20; users <= 5_000; users += 1) {
      const { stack, full } = totalsOf(users);
      expect(stack, `${users} users`).toBeLessThanOrEqual(full);
    }
  });

  it('is at most half of theirs in 1,000 accounts of 50 users', () => {
    const { stack, full } = totalsOf(50);
    expect(stack).toBeLessThanOrEqual(full / 2);
  });
});

describe('reportOf', () => {
  it('is in docs/organization.md', () => {
    const [, section = ''] = read('docs/organization.md').split('<!-- npm run cost -->\n');

    expect(section.split('\n<!-- end -->')[0]).toBe(report());
  });

  it('has one table of at most 80 columns, for any settings', () => {
    const everything = { dashboard: true, securityHubFindings: true, refreshDays: 0 };
    for (const given of [{}, everything, { maximumExecutionFrequency: 'Six_Hours' }])
      for (const line of tableOf(report(given))) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('shows four sizes of an account, and all accounts beside rules that report everything', () => {
    const rows = rowsOf(report({ accounts: 30, users: 20 }));

    expect(rows['users']).toEqual(['10', '50', '500', '5,000', '30 × 20']);
    // 20 users, 30 sweeps, two rules, $0.001.
    expect(rows['reporting everything']?.at(-1)).toBe(dollars(30 * totalsOf(20).full));
    expect(numbersIn(rows['total'])[1]).toBeCloseTo(totalsOf(50).stack, 2);
  });

  it('adds up the lines to the total', () => {
    const rows = Object.entries(rowsOf(report())).slice(2);
    const end = rows.findIndex(([name]) => name === 'total');
    const [, ...sums] = rows.slice(0, end).map(([, cells]) => numbersIn(cells));
    const [first] = rows.slice(0, 1).map(([, cells]) => numbersIn(cells));
    for (const [column, total] of numbersIn(rows[end]?.[1]).entries()) {
      const sum = sums.reduce(
        (before, cells) => before + (cells[column] ?? 0),
        first?.[column] ?? 0,
      );
      // Each line is rounded.
      expect(Math.abs(sum - total)).toBeLessThanOrEqual(column < 4 ? 0.06 : 2);
    }
  });

  it('leaves out lines that cost nothing', () => {
    expect(report()).not.toContain('Security Hub findings');
    expect(report({ securityHubFindings: true })).toContain('Security Hub findings');
  });

  it('shows what evaluations cost if each start reports every user', () => {
    const rows = rowsOf(report());
    const [more, total] = [numbersIn(rows['total, starts report all']), numbersIn(rows['total'])];
    // 58 starts of both rules, 50 users, $0.001 each.
    expect((more[1] ?? 0) - (total[1] ?? 0)).toBeCloseTo(5.8, 1);
    expect((more[4] ?? 0) - (total[4] ?? 0)).toBeCloseTo(5_800, -1);
    expect(rowsOf(report({ triggers: 'schedule' }))).not.toHaveProperty('total, starts report all');
  });

  it('shows the break-even in one line, which README.md repeats', () => {
    expect(report()).toContain(
      'From 12 users on, the stack with alarms, key events and runbooks costs less than two rules',
    );
    expect(read('README.md')).toMatch(/from 12 users on/i);
    expect(report({ refreshDays: 0, keyChanges: 1_000_000 })).toContain('always costs more');
  });
});

describe('breakEvenOf', () => {
  it.each(['TwentyFour_Hours', 'Six_Hours', 'One_Hour'] as const)(
    'is the first number of users with which the stack costs less, at %s',
    (maximumExecutionFrequency) => {
      const scenario = parseScenario({ maximumExecutionFrequency });
      const isCheaper = (users: number) => {
        const at = { ...scenario, users };
        return totalOf(usageOfStack(at)) < totalOf(usageOfFullReporting(at));
      };
      const users = breakEvenOf(scenario) ?? 0;

      expect([isCheaper(users - 1), isCheaper(users)]).toEqual([false, true]);
    },
  );
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

  it('shows no fraction of a count', () => {
    expect(count(1_234.5)).toBe('1,235');
  });
});
