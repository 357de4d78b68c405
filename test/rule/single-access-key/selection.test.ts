import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idleSince, isActive } from '../../../rule/keys/access-key.ts';
import {
  recommend,
  selectAccessKey,
  sortByIdleTime,
} from '../../../rule/single-access-key/selection.ts';
import { accessKey, at, daysBefore, policy } from '../../support/build.ts';
import { accessKeys, singlePolicy } from '../../support/random-users.ts';

const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const twinOf = (key: typeof inUse) => ({ ...key, AccessKeyId: `${key.AccessKeyId}2` });

/** Every order of three keys. */
const orders = <Item>([a, b, c]: readonly [Item, Item, Item]) => [
  [a, b, c],
  [a, c, b],
  [b, a, c],
  [b, c, a],
  [c, a, b],
  [c, b, a],
];

describe('selectAccessKey', () => {
  it.each([
    ['no key', []],
    ['one active key', [abandoned]],
    ['one active and one inactive key', [abandoned, { ...inUse, Status: 'Inactive' }]],
    ['one active and one expired key', [{ ...abandoned, Status: 'Expired' }, inUse]],
  ])('scenario 1: %s', (_, keys) => {
    expect(selectAccessKey(keys, policy)).toEqual({ refusal: { reason: 'LastActiveKey' } });
  });

  it('scenario 2: a tie, in both orders', () => {
    const twin = twinOf(abandoned);
    const refusal = { reason: 'Tie', longestIdle: abandoned, other: twin };
    expect(selectAccessKey([abandoned, twin], policy)).toEqual({ refusal });
    expect(selectAccessKey([twin, abandoned], policy)).toEqual({ refusal });
  });

  it('scenario 2: one millisecond breaks a tie', () => {
    const keep = { ...twinOf(abandoned), LastUsedDate: daysBefore(200, 1) };
    expect(selectAccessKey([keep, abandoned], policy)).toEqual({ deactivate: abandoned, keep });
  });

  it('scenario 2: a tie of two other keys does not matter', () => {
    for (const keys of orders([abandoned, inUse, twinOf(inUse)]))
      expect(selectAccessKey(keys, policy)).toMatchObject({ deactivate: abandoned });
  });

  it('scenario 3: the key to keep was never used', () => {
    const keep = accessKey('FRESH', { CreateDate: daysBefore(30) });
    expect(selectAccessKey([keep, abandoned], policy)).toEqual({
      refusal: { reason: 'NewKeyNeverUsed', longestIdle: abandoned, keep },
    });
  });

  it('scenario 3: does not apply if neither key was ever used', () => {
    const deactivate = accessKey('OLDER', { CreateDate: daysBefore(300) });
    const keep = accessKey('NEWER', { CreateDate: daysBefore(30) });
    expect(selectAccessKey([keep, deactivate], policy)).toEqual({ deactivate, keep });
  });

  it.each([
    ['1 ms too short', daysBefore(7, 1), false],
    ['exactly long enough', daysBefore(7), true],
    ['1 ms longer', daysBefore(7, -1), true],
  ])('scenario 4: the longest-idle key is idle for %s', (_, LastUsedDate, isSelected) => {
    const longestIdle = accessKey('IDLE', { LastUsedDate });
    const refusal = { reason: 'IdleTooShort', longestIdle, keep: inUse };
    expect(selectAccessKey([inUse, longestIdle], policy)).toEqual(
      isSelected ? { deactivate: longestIdle, keep: inUse } : { refusal },
    );
  });

  it('scenario 4: minimumIdleDays 0 selects a key that was used after the evaluation', () => {
    const deactivate = accessKey('IDLE', { LastUsedDate: daysBefore(-1) });
    const keep = accessKey('KEEP', { LastUsedDate: daysBefore(-2) });
    const selection = selectAccessKey([deactivate, keep], { minimumIdleDays: 0, at });
    expect(selection).toEqual({ deactivate, keep });
  });

  it('scenario 5: the longest-idle key, and the key used last is kept, in every order', () => {
    const deactivate = accessKey('NEVER', { CreateDate: daysBefore(300) });
    for (const keys of orders([abandoned, inUse, deactivate]))
      expect(selectAccessKey(keys, policy)).toEqual({ deactivate, keep: inUse });
  });

  it('scenario 5: inactive keys are neither selected nor kept', () => {
    const inactive = accessKey('INACTIVE', { Status: 'Inactive', CreateDate: daysBefore(4000) });
    const selection = selectAccessKey([inactive, inUse, abandoned], policy);
    expect(selection).toEqual({ deactivate: abandoned, keep: inUse });
  });
});

describe('selectAccessKey, for any keys', () => {
  const minimumIdleDays = fc.integer({ min: 0, max: 365 });

  it('selects the one active key that is idle longest and keeps another one', () => {
    fc.assert(
      fc.property(accessKeys(6), minimumIdleDays, (keys, days) => {
        const selection = selectAccessKey(keys, { minimumIdleDays: days, at });
        if (selection.refusal !== undefined) return;
        const { deactivate, keep } = selection;
        expect(deactivate).not.toBe(keep);
        expect(isActive(deactivate) && isActive(keep)).toBe(true);
        for (const key of keys.filter((one) => isActive(one) && one !== deactivate))
          expect(idleSince(key).getTime()).toBeGreaterThan(idleSince(deactivate).getTime());
      }),
    );
  });

  it('does not depend on the order of the keys', () => {
    fc.assert(
      fc.property(accessKeys(6), minimumIdleDays, (keys, days) => {
        const select = (all: typeof keys) => selectAccessKey(all, { minimumIdleDays: days, at });
        expect(select(keys.toReversed())).toEqual(select(keys));
        expect(sortByIdleTime(keys.toReversed())).toEqual(sortByIdleTime(keys));
      }),
    );
  });

  it('selects the same key or none with a greater minimumIdleDays', () => {
    fc.assert(
      fc.property(accessKeys(6), minimumIdleDays, (keys, days) => {
        const selection = selectAccessKey(keys, { minimumIdleDays: days, at });
        if (selection.refusal === undefined)
          expect(selection).toEqual(selectAccessKey(keys, { minimumIdleDays: 0, at }));
      }),
    );
  });
});

describe('recommend', () => {
  const strict = { ...policy, countInactiveAccessKeys: true };
  const two = { ...strict, maxActiveAccessKeys: 2 };
  const off = accessKey('OFF', { Status: 'Inactive', LastUsedDate: daysBefore(90) });
  const expired = accessKey('EXP', { Status: 'Expired', LastUsedDate: daysBefore(300) });

  it.each([
    ['one of two keys', [inUse, abandoned], policy, 0],
    [
      'the first of three keys',
      [inUse, abandoned, accessKey('C', { LastUsedDate: at })],
      policy,
      1,
    ],
    ['one of two keys, where inactive keys count', [inUse, abandoned], strict, 0],
    ['an active key although an inactive key counts too', [inUse, abandoned, off], strict, 1],
  ])('scenario 1: deactivate %s', (_, keys, parameters, more) => {
    expect(recommend(keys, parameters)).toMatchObject({ deactivate: abandoned, more });
  });

  it('scenario 1: why no key is selected', () => {
    expect(recommend([abandoned, twinOf(abandoned)], policy)).toMatchObject({
      refusal: { reason: 'Tie' },
    });
    expect(recommend([], policy)).toEqual({ refusal: { reason: 'LastActiveKey' } });
  });

  it.each([
    ['the only inactive key', [inUse, off], strict, { delete: off, keep: inUse, more: 0 }],
    ['the longest idle', [off, expired], strict, { delete: expired, keep: off, more: 0 }],
    ['the first of two', [inUse, off, expired], strict, { delete: expired, keep: inUse, more: 1 }],
    ['one beside two', [off, abandoned, inUse], two, { delete: off, keep: inUse, more: 0 }],
    ['the longest idle of three', [off, expired, inUse], two, { delete: expired, more: 0 }],
  ])('scenario 2: delete an inactive key: %s', (_, keys, parameters, expected) => {
    expect(recommend(keys, parameters)).toMatchObject(expected);
  });

  it('scenario 2: keeps no key if there is no other', () => {
    const none = { ...strict, maxActiveAccessKeys: 0 };
    expect(recommend([off], none)).toEqual({ delete: off, keep: undefined, more: 0 });
  });

  it('scenario 3: no key is selected of two tied keys if one of them may stay', () => {
    const refusal = { reason: 'Tie', longestIdle: off, other: twinOf(off) };
    expect(recommend([off, twinOf(off)], strict)).toEqual({ refusal });
    expect(recommend([off, twinOf(off), inUse], two)).toEqual({ refusal });
  });

  it('scenario 3: a tie does not matter if both keys have to go', () => {
    const keys = [off, twinOf(off), inUse];
    expect(recommend(keys, strict)).toMatchObject({ delete: off, more: 1 });
  });

  it('does not depend on the order of the keys', () => {
    fc.assert(
      fc.property(accessKeys(4), singlePolicy, (keys, parameters) => {
        expect(recommend(keys.toReversed(), parameters)).toEqual(recommend(keys, parameters));
      }),
    );
  });
});
