import { describe, expect, it } from 'vitest';
import { isDue, isNewer } from '../../../rule/evaluation/recorded-result.ts';
import { at, daysBefore, policy } from '../../support/build.ts';

describe('isDue', () => {
  it.each([
    [7, daysBefore(7), true],
    [7, daysBefore(7, 1), false],
    [1, daysBefore(1), true],
    [0, at, true],
  ])('with refreshDays %d, of a result of %s: %j', (refreshDays, OrderingTimestamp, expected) => {
    const held = { ComplianceType: 'COMPLIANT', OrderingTimestamp } as const;
    expect(isDue(held, { ...policy, refreshDays })).toBe(expected);
  });
});

describe('isNewer', () => {
  it.each([
    [0, false],
    [1, true],
  ])('a result of %d ms after the run: %j', (milliseconds, expected) => {
    const OrderingTimestamp = daysBefore(0, milliseconds);
    expect(isNewer({ ComplianceType: 'COMPLIANT', OrderingTimestamp }, at)).toBe(expected);
  });
});
