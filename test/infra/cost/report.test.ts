import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../infra/cost/report.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';

const report = (given: Readonly<Record<string, unknown>> = {}) => reportOf(parseScenario(given));

const rowsOf = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name = '', ...cells]) => [name, cells.slice(0, -1)]),
  );

const numberIn = (text = '') => Number(text.replace(/[$,]/g, ''));

describe('what a scenario costs', () => {
  it('is in docs/organization.md as the script says it', () => {
    const text = readFileSync(`${REPOSITORY}docs/organization.md`, 'utf8');
    const [, section = ''] = text.split('<!-- npm run cost -->\n');
    const [given] = section.split('\n<!-- end -->');
    expect(given).toBe(report());
  });

  it('is an account times accounts, and once what the administrator account has', () => {
    const { 'in all': one } = rowsOf(report({ accounts: 1, rollUpViews: 0 }));
    const { 'in all': ten } = rowsOf(report({ accounts: 10, rollUpViews: 0 }));
    expect(numberIn(ten?.[1])).toBeCloseTo(10 * numberIn(one?.[0]) + 3, 0);
  });

  it('says that no bill was compared, and what nobody knows', () => {
    expect(report()).toContain('not yet checked against a bill');
    expect(report()).toContain('AWS does not say what the start of an evaluation, ');
    const { 'in all': known, 'in all, should a start send every user': more } = rowsOf(report());
    // 58 starts of both rules, 50 users, $0.001 each.
    expect(numberIn(more?.[0]) - numberIn(known?.[0])).toBeCloseTo(5.8, 1);
    expect(numberIn(more?.[1]) - numberIn(known?.[1])).toBeCloseTo(5_800, -1);
  });

  it('has the lines of the schedule that is asked for', () => {
    const text = report({ frequency: 'One_Hour', accounts: 1 });
    expect(text).toContain('| `One_Hour` | an account |');
    const rows = rowsOf(text);
    expect(rows['in all']?.[0]).toBe(rows['`One_Hour`, these rules']?.at(-1));
  });

  it('has nothing of an administrator where there is one account', () => {
    const [account, all] = rowsOf(report({ accounts: 1 }))['in all'] ?? [];
    expect(all).toBe(account);
  });

  it.each([{ triggers: 'schedule' }, { users: 0 }])(
    'knows it of %j, where no start can send anything more',
    (given) => {
      expect(report(given)).not.toContain('AWS does not say');
      expect(report(given)).not.toContain('should a start send');
      expect(report(given)).toMatch(/\|\n\nNot in them: the first month/);
    },
  );
});
