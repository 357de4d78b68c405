import { describe, expect, it } from 'vitest';
import {
  countedKeys,
  findComplianceReason,
  requiredTag,
} from '../../../rule/single-access-key/compliance-reason.ts';
import { accessKey, at, daysBefore, policy } from '../../support/build.ts';

const old = accessKey('OLD');
const created = (days: number, milliseconds = 0, Status = 'Active') =>
  accessKey('NEW', { CreateDate: daysBefore(days, milliseconds), Status });
const inactive = created(1, 0, 'Inactive');

const rotating = { ...policy, rotationGraceDays: 7 };
const strict = { ...policy, countInactiveAccessKeys: true };

describe('findComplianceReason', () => {
  it.each([
    ['no key', [], policy],
    ['one active key', [old], policy],
    ['one active and one inactive key', [old, inactive], policy],
    ['one inactive key that counts', [inactive], strict],
    ['two keys of two allowed', [inactive, old], { ...strict, maxActiveAccessKeys: 2 }],
  ])('scenario 1: %s', (_, keys, parameters) => {
    const user = { keys, exemption: '2026-12-31' };
    expect(findComplianceReason(user, parameters)).toEqual({ reason: 'WithinMaximum' });
  });

  it.each(['Inactive', 'Expired'])('two keys are too many if %s keys count', (Status) => {
    expect(findComplianceReason({ keys: [old, created(9, 0, Status)] }, strict)).toBeUndefined();
  });

  it.each([
    ['1 ms younger', 7, 1, true],
    ['of the same age', 7, 0, false],
    ['older', 8, 0, false],
  ])('scenario 2: a key %s than rotationGraceDays is in grace: %j', (_, days, ms, isInGrace) => {
    const newest = created(days, ms);
    const until = new Date(at.getTime() + ms);
    expect(findComplianceReason({ keys: [newest, old] }, rotating)).toEqual(
      isInGrace ? { reason: 'RotationGrace', newest, until } : undefined,
    );
  });

  it('scenario 2: the key with the higher id is the newest of two keys of the same instant', () => {
    const [a, b] = [created(1), { ...created(1), AccessKeyId: 'AKIB' }];
    for (const keys of [
      [a, b],
      [b, a],
    ])
      expect(findComplianceReason({ keys }, rotating)).toMatchObject({ newest: b });
  });

  it.each([
    ['beside two active keys', [old, accessKey('B'), inactive], rotating],
    ['that counts', [old, inactive], { ...rotating, countInactiveAccessKeys: true }],
    [
      'without any active key',
      [inactive, inactive],
      { ...rotating, countInactiveAccessKeys: true },
    ],
  ])('scenario 2: a young inactive key %s gives no grace', (_, keys, parameters) => {
    expect(findComplianceReason({ keys }, parameters)).toBeUndefined();
  });

  it('scenario 2: a young active key gives grace where inactive keys count', () => {
    const keys = [accessKey('A', { Status: 'Inactive' }), created(1)];
    const parameters = { ...rotating, countInactiveAccessKeys: true };
    expect(findComplianceReason({ keys }, parameters)?.reason).toBe('RotationGrace');
  });

  it.each([0, -1])(
    'scenario 2: rotationGraceDays 0 gives no grace to a key created %d days ago',
    (days) => {
      expect(findComplianceReason({ keys: [old, created(days)] }, policy)).toBeUndefined();
    },
  );

  it.each([
    ['tag', '2026-01-31', { reason: 'Exemption', tagKey: 'tag', until: '2026-01-31' }],
    ['tag', '2026-01-30', undefined],
    ['tag', 'never', undefined],
    ['tag', undefined, undefined],
    [undefined, '2026-12-31', undefined],
  ])(
    'scenario 3: with exemptionTagKey %j and the value %j: %j',
    (exemptionTagKey, exemption, expected) => {
      const user = { keys: [old, accessKey('B')], exemption };
      expect(findComplianceReason(user, { ...policy, exemptionTagKey })).toEqual(expected);
    },
  );
});

describe('countedKeys', () => {
  it('are the active keys, or all keys', () => {
    expect(countedKeys([old, inactive], policy)).toEqual([old]);
    expect(countedKeys([old, inactive], strict)).toEqual([old, inactive]);
  });
});

describe('requiredTag', () => {
  const tagged = { ...rotating, exemptionTagKey: 'tag' };
  it.each([
    ['a user within the maximum', [old], tagged, undefined],
    ['a user in rotation', [old, created(1)], tagged, undefined],
    ['a violation', [old, created(8)], tagged, 'tag'],
    ['a violation without an exemption tag', [old, created(8)], policy, undefined],
  ])('of %s', (_, keys, parameters, tag) => {
    expect(requiredTag({ keys }, parameters)).toBe(tag);
  });
});
