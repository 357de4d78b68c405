import { describe, expect, it } from 'vitest';
import { isDaysBefore } from '../../../rule/keys/days.ts';
import { at, daysBefore } from '../../support/build.ts';

describe('isDaysBefore', () => {
  it.each([
    [7, 0, true],
    [7, 1, false],
    [0, 0, true],
    [0, 1, false],
  ])('%d days and %d ms too late: %j', (days, milliseconds, expected) => {
    expect(isDaysBefore(daysBefore(days, milliseconds), days, at)).toBe(expected);
  });
});
