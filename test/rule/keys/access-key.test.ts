import { describe, expect, it } from 'vitest';
import {
  compareText,
  describeUse,
  describeUseDate,
  idleSince,
  isActive,
  sortKeysBy,
  wasUsed,
} from '../../../rule/keys/access-key.ts';
import { accessKey, daysBefore } from '../../support/build.ts';

const used = accessKey('A', { LastUsedDate: daysBefore(3) });
const unused = accessKey('A', { CreateDate: daysBefore(90) });

describe('isActive', () => {
  it.each([
    ['Active', true],
    ['Inactive', false],
    ['Expired', false],
    ['active', false],
    ['Suspended', false],
    ['', false],
  ])('the status %j: %j', (Status, expected) => {
    expect(isActive(accessKey('A', { Status }))).toBe(expected);
  });
});

describe('the use of a key', () => {
  it('is its last use', () => {
    expect(idleSince(used)).toEqual(daysBefore(3));
    expect(wasUsed(used)).toBe(true);
    expect(describeUse(used)).toBe('last used 2026-01-28');
  });

  it.each([
    [{ ServiceName: 'ses-smtp', Region: 'eu-west-1' }, ', ses-smtp, eu-west-1'],
    [{ ServiceName: 'ses-smtp' }, ', ses-smtp'],
    [{ Region: 'eu-west-1' }, ', eu-west-1'],
  ])('has the service and the Region %j', (place, expected) => {
    expect(describeUse({ ...used, ...place })).toBe(`last used 2026-01-28${expected}`);
    expect(describeUseDate({ ...used, ...place })).toBe('last used 2026-01-28');
  });

  it('is its creation if it was never used', () => {
    expect(idleSince(unused)).toEqual(daysBefore(90));
    expect(wasUsed(unused)).toBe(false);
    expect(describeUse(unused)).toBe('never used, created 2025-11-02');
  });
});

describe('compareText', () => {
  it.each([
    ['a', 'b', -1],
    ['b', 'a', 1],
    ['a', 'a', 0],
    ['B', 'a', -1],
  ])('%s, %s: %d', (one, other, expected) => {
    expect(compareText(one, other)).toBe(expected);
  });
});

describe('sortKeysBy', () => {
  it('sorts the earliest first, keys of the same instant by their ids', () => {
    const [a, b, old] = [
      accessKey('A', { CreateDate: daysBefore(1) }),
      accessKey('B', { CreateDate: daysBefore(1) }),
      accessKey('OLD', { CreateDate: daysBefore(1, -1) }),
    ];
    for (const keys of [
      [a, b, old],
      [old, b, a],
      [b, old, a],
    ])
      expect(sortKeysBy(keys, ({ CreateDate }) => CreateDate)).toEqual([old, a, b]);
  });
});
