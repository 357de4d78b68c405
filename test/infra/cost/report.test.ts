import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../infra/cost/report.ts';
import { parseScenario } from '../../../infra/cost/scenario.ts';
import { REPOSITORY } from '../../../infra/repository.ts';

const report = (given: Readonly<Record<string, unknown>> = {}) => reportOf(parseScenario(given));

const rowsOf = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name = '', ...cells]) => [name, cells.slice(0, -1)]),
  );

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
    const [account, all] = [one?.[0], ten?.[1]].map((text) => Number(text?.replace(/[$,]/g, '')));
    expect(all).toBeCloseTo(10 * (account ?? 0) + 3, 0);
  });

  it('says that no bill was compared, and what nobody knows', () => {
    expect(report()).toContain('not yet checked against a bill');
    expect(report()).toContain('AWS does not say what the start of an evaluation sends');
  });

  it.each([{ triggers: 'schedule' }, { users: 0 }])(
    'knows it of %j, where no start can send anything more',
    (given) => {
      expect(report(given)).not.toContain('AWS does not say');
      expect(report(given)).toMatch(/\|\n\n\*\*Computed, at most/);
    },
  );
});
