import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dollarsByTier, EVALUATION_TIERS } from '../../../infra/cost/prices.ts';

const dollarsOf = (evaluations: number) => dollarsByTier(evaluations, EVALUATION_TIERS);

describe('the price of evaluations', () => {
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
  ])('of %i is $%d: the tier changes for what is above it', (evaluations, expected) => {
    expect(dollarsOf(evaluations)).toBeCloseTo(expected, 6);
  });

  it('grows with every evaluation, by no more than the highest price', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.nat(2_000_000), (one, more) => {
        const growth = dollarsOf(one + more) - dollarsOf(one);
        expect(growth).toBeGreaterThanOrEqual(0.0005 * more - 1e-6);
        expect(growth).toBeLessThanOrEqual(0.001 * more + 1e-6);
      }),
    );
  });
});
