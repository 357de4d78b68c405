import { describe, expect, it } from 'vitest';
import {
  ACCOUNT_BARS,
  accountChart,
  agesOf,
  barChart,
  histogramOf,
  idleTimesOf,
} from '../../../../infra/scan/report/charts.ts';
import { at, daysBefore } from '../../../support/build.ts';

const keyOf = (created: number, used?: number) => ({
  AccessKeyId: 'AKIA1',
  Status: 'Active',
  CreateDate: daysBefore(created).toISOString(),
  ...(used !== undefined && { LastUsedDate: daysBefore(used).toISOString() }),
});

const accountOf = (index: number, Violations: number) => ({
  ...{ AccountId: `${index}`, Users: 10, RootUserHasAccessKeys: true, Violations, Failures: 1 },
});

describe('a histogram', () => {
  it.each([
    [0, '0 to 30 days'],
    [30, '0 to 30 days'],
    [31, '31 to 90 days'],
    [90, '31 to 90 days'],
    [91, '91 to 180 days'],
    [180, '91 to 180 days'],
    [181, '181 to 365 days'],
    [365, '181 to 365 days'],
    [366, '366 to 730 days'],
    [730, '366 to 730 days'],
    [731, 'over 730 days'],
  ])('counts %i days as %s', (days, expected) => {
    const counted = histogramOf([days]).filter(({ value }) => value === 1);

    expect(counted.map(({ label }) => label)).toEqual([expected]);
  });

  it('counts full days of the age, and a key that was never used apart', () => {
    const keys = [keyOf(30.9, 0), keyOf(400), keyOf(31)];
    const valuesOf = (bars: ReturnType<typeof agesOf>) => bars.map(({ value }) => value);

    expect(valuesOf(agesOf(keys, at.toISOString()))).toEqual([1, 1, 0, 0, 1, 0]);
    expect(valuesOf(idleTimesOf(keys, at.toISOString()))).toEqual([1, 0, 0, 0, 0, 0, 2]);
  });

  it('counts a key whose last use was not read apart, and not as never used', () => {
    const keys = [keyOf(30, 0), { ...keyOf(400), IsLastUseUnread: true as const }];

    expect(idleTimesOf(keys, at.toISOString()).slice(-2)).toEqual([
      { label: 'never used', value: 0 },
      { label: 'not read', value: 1 },
    ]);
  });
});

describe('a bar chart', () => {
  it('has the value as text, and bars relative to the highest one', () => {
    const { markup } = barChart('Ages', [
      { label: 'young', value: 1500 },
      { label: 'old', value: 500 },
    ]);

    expect(markup).toMatch(/young.*<span>1,500<.*width="100.00%"/);
    expect(markup).toMatch(/old.*<span>500<.*width="33.33%"/);
  });

  it('has no bars if every value is 0', () => {
    expect(barChart('Ages', [{ label: 'young', value: 0 }]).markup).toContain('width="0.00%"');
  });

  it('has a bar for each of the first accounts, and the sum of the others', () => {
    const exact = Array.from({ length: ACCOUNT_BARS }, (_, index) => accountOf(index, 5));
    const rest = [accountOf(100, 3), accountOf(101, 4)];

    expect(accountChart(exact).markup).not.toContain('other account');
    expect(accountChart([...exact, ...rest]).markup).toMatch(
      /2 other accounts<\/th><td class="number">20<\/td><td>2 yes<\/td><td class="number">2<\/td><td>7</,
    );
  });

  it('does not show an account that could not be read as one without users', () => {
    const { markup } = accountChart([{ AccountId: '1', Violations: 0, Failures: 1 }]);

    expect(markup).toContain('not read');
    expect(markup).toContain('unknown');
  });
});
