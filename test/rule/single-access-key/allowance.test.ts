import { describe, expect, it } from 'vitest';
import { findAllowance, tagToAskFor } from '../../../rule/single-access-key/compliance-reason.ts';
import { accessKey, at, daysBefore, policy } from '../../support/build.ts';

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

  it('scenario 2: of two keys made at the same instant always the same one is the newest', () => {
    const [a, b] = ['A', 'B'].map((name) => accessKey(name, { CreateDate: daysBefore(1) }));
    if (a === undefined || b === undefined) throw new Error('expected two keys');
    for (const keys of [
      [a, b],
      [b, a],
    ])
      expect(findAllowance({ keys }, { ...policy, rotationGraceDays: 7 })).toMatchObject({
        newest: a,
      });
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
    'scenario 3: with exemptionTagKey %j and the value %j: %j',
    (exemptionTagKey, exemption, expected) => {
      const keys = [old, accessKey('B')];
      expect(findAllowance({ keys, exemption }, { ...policy, exemptionTagKey })).toEqual(expected);
    },
  );
});

describe('findAllowance, where inactive keys count', () => {
  const strict = { ...policy, countInactiveAccessKeys: true };
  const inactive = created(1, 0, 'Inactive');

  it('scenario 1: one key of any status is within the maximum', () => {
    expect(findAllowance({ keys: [inactive] }, strict)?.reason).toBe('WithinMaximum');
    expect(findAllowance({ keys: [inactive, old] }, { ...strict, maxActiveAccessKeys: 2 })).toEqual(
      { reason: 'WithinMaximum' },
    );
  });

  it.each(['Inactive', 'Expired'])('an active key and one that is %s are too many', (Status) => {
    expect(findAllowance({ keys: [old, created(9, 0, Status)] }, strict)).toBeUndefined();
  });

  it('scenario 2: the newest active key gives the grace, an inactive one does not', () => {
    const rotating = { ...strict, rotationGraceDays: 7 };
    expect(
      findAllowance({ keys: [accessKey('A', { Status: 'Inactive' }), created(1)] }, rotating),
    ).toMatchObject({ reason: 'RotationGrace' });
    expect(findAllowance({ keys: [old, inactive] }, rotating)).toBeUndefined();
    expect(findAllowance({ keys: [inactive, inactive] }, rotating)).toBeUndefined();
  });
});

describe('tagToAskFor', () => {
  const tagged = { ...policy, exemptionTagKey: 'tag-key', rotationGraceDays: 7 };
  it.each([
    ['a user within the maximum', [old], tagged, undefined],
    ['a user in a rotation', [old, created(1)], tagged, undefined],
    ['a violation', [old, created(8)], tagged, 'tag-key'],
    ['a violation where no tag exempts', [old, created(8)], policy, undefined],
  ])('of %s', (_, keys, by, tag) => {
    expect(tagToAskFor({ keys }, by)).toBe(tag);
  });
});
