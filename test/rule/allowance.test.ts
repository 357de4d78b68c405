import { describe, expect, it } from 'vitest';
import { findAllowance, needsOf } from '../../rule/allowance.ts';
import { accessKey, at, daysBefore } from '../support/build.ts';

const policy = { maxActiveAccessKeys: 1, rotationGraceDays: 0, at };
const old = accessKey('OLD');
const created = (days: number, milliseconds = 0, Status = 'Active') =>
  accessKey('NEW', { CreateDate: daysBefore(days, milliseconds), Status });

describe('findAllowance', () => {
  it.each([
    ['no key', []],
    ['one', [old]],
    ['one active beside an inactive one', [old, created(1, 0, 'Inactive')]],
  ])('scenario 1: %s is within the maximum', (_, keys) => {
    expect(findAllowance({ keys, exemption: '2026-12-31' }, policy)).toEqual({
      reason: 'WithinMaximum',
    });
  });

  it.each([
    ['1 ms younger', 7, 1, true],
    ['exactly as old', 7, 0, false],
    ['older', 8, 0, false],
  ])('scenario 2: a key %s than rotationGraceDays is in grace: %j', (_, days, ms, isInGrace) => {
    const newest = created(days, ms);
    const allowance = findAllowance({ keys: [newest, old] }, { ...policy, rotationGraceDays: 7 });
    expect(allowance).toEqual(
      isInGrace
        ? { reason: 'RotationGrace', newest, until: new Date(at.getTime() + ms) }
        : undefined,
    );
  });

  it('scenario 2: a young key that is not active is no rotation', () => {
    const keys = [old, accessKey('B'), created(1, 0, 'Inactive')];
    expect(findAllowance({ keys }, { ...policy, rotationGraceDays: 7 })).toBeUndefined();
  });

  it.each([0, -1])(
    'scenario 2: 0 days are no grace, not even for a key made %d days ago',
    (days) => {
      expect(findAllowance({ keys: [old, created(days)] }, policy)).toBeUndefined();
    },
  );

  it.each([
    ['tag-key', '2026-01-31', { reason: 'Exemption', tag: 'tag-key', until: '2026-01-31' }],
    ['tag-key', '2026-01-30', undefined],
    ['tag-key', 'never', undefined],
    ['tag-key', undefined, undefined],
    [undefined, '2026-12-31', undefined],
  ])(
    'scenario 3: with exemptionTag %j and the value %j: %j',
    (exemptionTag, exemption, expected) => {
      const keys = [old, accessKey('B')];
      expect(findAllowance({ keys, exemption }, { ...policy, exemptionTag })).toEqual(expected);
    },
  );
});

describe('what a verdict needs', () => {
  const tagged = { ...policy, exemptionTag: 'tag-key', rotationGraceDays: 7 };
  it.each([
    ['a user within the maximum', [old], tagged, undefined, false],
    ['a user in a rotation', [old, created(1)], tagged, undefined, false],
    ['a violation', [old, created(8)], tagged, 'tag-key', true],
    ['a violation where no tag exempts', [old, created(8)], policy, undefined, true],
  ])('of %s', (_, keys, by, tag, lastUse) => {
    const needs = needsOf(by);
    expect(needs.tag(keys)).toBe(tag);
    expect(needs.lastUse({ keys })).toBe(lastUse);
    expect(needs.lastUse({ keys, exemption: '2026-12-31' })).toBe(lastUse && tag === undefined);
  });
});
