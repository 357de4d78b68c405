import { describe, expect, it } from 'vitest';
import { idleSince, isActive, wasUsed } from '../../../rule/keys/access-key.ts';
import { accessKey, daysBefore } from '../../support/build.ts';

describe('isActive', () => {
  it.each([
    ['Active', true],
    ['Inactive', false],
    ['Expired', false],
    ['active', false],
    ['Suspended', false],
    ['', false],
  ])('is of the status %j: %j', (Status, expected) => {
    expect(isActive(accessKey('A', { Status }))).toBe(expected);
  });
});

describe('idleSince', () => {
  it('is the last use of a key that was used', () => {
    const key = accessKey('A', { LastUsedDate: daysBefore(3) });
    expect(idleSince(key)).toEqual(daysBefore(3));
    expect(wasUsed(key)).toBe(true);
  });

  it('is the creation of a key that never was', () => {
    const key = accessKey('A', { CreateDate: daysBefore(90) });
    expect(idleSince(key)).toEqual(daysBefore(90));
    expect(wasUsed(key)).toBe(false);
  });
});
