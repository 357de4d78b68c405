import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billOf, dollarsOfEvaluations, PRICES, totalOf } from '../../../infra/cost/bill.ts';

describe('dollarsOfEvaluations', () => {
  it.each([
    [0, 0],
    [1, 0.001],
    [99_999, 99.999],
    [100_000, 100],
    [100_001, 100.0008],
    [499_999, 419.9992],
    [500_000, 420],
    [500_001, 420.0005],
    [3_600_000, 1_970],
  ])('prices %i evaluations at $%d: only those above a tier cost less', (evaluations, expected) => {
    expect(dollarsOfEvaluations(evaluations)).toBeCloseTo(expected, 6);
  });

  it('grows with each evaluation, by a price between the lowest and the highest', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.nat(2_000_000), (before, more) => {
        const growth = dollarsOfEvaluations(before + more) - dollarsOfEvaluations(before);
        expect(growth).toBeGreaterThanOrEqual(0.0005 * more - 1e-6);
        expect(growth).toBeLessThanOrEqual(0.001 * more + 1e-6);
      }),
    );
  });
});

describe('billOf', () => {
  it('has a line for each price, or for prices of the same line their sum', () => {
    const billed = Object.fromEntries(Object.keys(PRICES).map((name) => [name, 2]));
    const usage = { evaluations: 3, iamCalls: 9, configCalls: 9, billed };

    const bill = billOf(usage);

    expect(bill.get('Config evaluations')).toBe(0.003);
    expect(bill.get('CloudWatch alarms')).toBe(0.2);
    expect(bill.get('Lambda')).toBeCloseTo(2 * (0.2e-6 + 13.3334e-6), 12);
    expect([...bill.keys()]).toEqual([
      'Config evaluations',
      ...new Set(Object.values(PRICES).map(({ line }) => line)),
    ]);
    const prices = Object.values(PRICES).reduce((sum, { dollars }) => sum + dollars, 0);
    expect(totalOf(usage)).toBeCloseTo(0.003 + 2 * prices, 9);
  });
});
