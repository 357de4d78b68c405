import { describe, expect, it } from 'vitest';
import { addDays, date, isDaysBefore } from '../../../rule/keys/days.ts';
import { at, daysBefore } from '../../support/build.ts';

describe('isDaysBefore', () => {
  it.each([
    [7, 0, true],
    [7, 1, false],
    [0, 0, true],
    [0, 1, false],
  ])('%d days, %d ms too late: %j', (days, milliseconds, expected) => {
    expect(isDaysBefore(daysBefore(days, milliseconds), days, at)).toBe(expected);
  });
});

describe('addDays', () => {
  it('adds and subtracts days of 24 hours', () => {
    expect(addDays(at, 1)).toEqual(daysBefore(-1));
    expect(addDays(at, -90)).toEqual(daysBefore(90));
  });
});

describe('date', () => {
  it.each([
    ['2026-01-31T23:59:59.999Z', '2026-01-31'],
    ['2026-02-01T00:30:00+02:00', '2026-01-31'],
  ])('the UTC date of %s is %s', (instant, expected) => {
    expect(date(new Date(instant))).toBe(expected);
  });
});
