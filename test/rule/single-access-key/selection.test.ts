import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessKey, idleSince, isActive } from '../../../rule/keys/access-key.ts';
import {
  isForDeletion,
  mostRecentlyUsed,
  recommend,
  selectAccessKey,
} from '../../../rule/single-access-key/selection.ts';
import { accessKey, at, daysBefore, policy } from '../../support/build.ts';
import { accessKeys, QUARANTINE, singlePolicy } from '../../support/random-users.ts';

const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const twinOf = (key: typeof inUse) => ({ ...key, AccessKeyId: `${key.AccessKeyId}2` });

/** Days before `at`, and milliseconds later than that. */
type Ago = number | readonly [days: number, ms: number];
const ago = (given: Ago): Date =>
  typeof given === 'number' ? daysBefore(given) : daysBefore(...given);

/** Returns a key that was created and, unless it was never used, last used such a time ago. */
const keyOf = (name: string, created: Ago, used?: Ago): AccessKey =>
  accessKey(name, {
    CreateDate: ago(created),
    ...(used !== undefined && { LastUsedDate: ago(used) }),
  });

const select = (keys: readonly AccessKey[], parameters = policy) =>
  selectAccessKey({ keys }, parameters);

/** Says in a word what is selected, in every order of the keys: the id of a key, or why no key is. */
const selected = (keys: readonly AccessKey[], parameters = policy): string => {
  const words = (ordered: readonly AccessKey[]) => {
    const { refusal, ...selection } = select(ordered, parameters);
    return (
      refusal?.reason ?? ('deactivate' in selection && selection.deactivate.AccessKeyId.slice(-2))
    );
  };
  const word = words(keys);
  expect(words(keys.toReversed())).toBe(word);
  return String(word);
};

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
    const refusal = { reason: 'LastActiveKey' };
    expect(select(keys)).toEqual({ refusal });
    expect(selectAccessKey({ keys, quarantinePolicy: QUARANTINE }, policy)).toEqual({ refusal });
  });

  it.each<[string, AccessKey[]]>([
    ['an abandoned key', [abandoned, inUse]],
    ['a key that is idle too short', [keyOf('K1', 400, 2), inUse]],
    ['an unfinished rotation', [keyOf('K1', 400, 1), keyOf('K2', 30, 10)]],
    ['a new key that was never used', [abandoned, keyOf('K2', 15)]],
    ['a tie', [abandoned, twinOf(abandoned)]],
  ])('scenario 2: a quarantined user with %s', (_, keys) => {
    const user = { keys, quarantinePolicy: QUARANTINE };
    expect(selectAccessKey(user, policy)).toMatchObject({
      refusal: { reason: 'Quarantined', policy: QUARANTINE },
    });
  });

  it.each<[string, Ago, boolean]>([
    ['1 ms too short', [7, 1], false],
    ['exactly long enough', 7, true],
    ['1 ms longer', [7, -1], true],
  ])('scenario 3: the longest-idle key is idle for %s', (_, used, isSelected) => {
    const longestIdle = keyOf('IDLE', 400, used);
    const refusal = { reason: 'IdleTooShort', longestIdle, keep: inUse };
    expect(select([inUse, longestIdle])).toEqual(
      isSelected ? { deactivate: longestIdle, keep: inUse } : { refusal },
    );
  });

  it.each<[string, AccessKey[]]>([
    ['a rotation is unfinished', [keyOf('K1', 400, 1), keyOf('K2', 6)]],
    ['the new key was never used', [keyOf('K1', 400, 6), keyOf('K2', 5)]],
    ['two keys are tied', [inUse, twinOf(inUse)]],
  ])('scenario 3: comes first, although %s', (_, keys) => {
    expect(selected(keys)).toBe('IdleTooShort');
  });

  it('scenario 3: minimumIdleDays 0 selects a key that was used after the evaluation', () => {
    const keys = [keyOf('K1', 400, -1), keyOf('K2', 400, -2)];
    expect(selected(keys, { ...policy, minimumIdleDays: 0 })).toBe('K1');
  });

  it('scenario 4: names the key in use as the key to keep, for now', () => {
    const [keep, longestIdle] = [keyOf('K1', 400, 1), keyOf('K2', 30, 10)];
    const refusal = { reason: 'RotationUnfinished', longestIdle, keep };
    expect(select([keep, longestIdle])).toEqual({ refusal });
  });

  it('scenario 5: names the new key as the key to keep', () => {
    const [longestIdle, keep] = [keyOf('K1', 400, 20), keyOf('K2', 15)];
    const refusal = { reason: 'NewKeyNeverUsed', longestIdle, keep };
    expect(select([keep, longestIdle])).toEqual({ refusal });
  });

  it('scenario 6: a tie, in both orders', () => {
    const twin = twinOf(abandoned);
    const refusal = { reason: 'Tie', longestIdle: abandoned, other: twin };
    expect(select([abandoned, twin])).toEqual({ refusal });
    expect(select([twin, abandoned])).toEqual({ refusal });
  });

  it('scenario 6: one millisecond breaks a tie', () => {
    const keep = { ...twinOf(abandoned), LastUsedDate: daysBefore(200, 1) };
    expect(select([keep, abandoned])).toEqual({ deactivate: abandoned, keep });
  });

  it('scenario 6: a tie of two other keys does not matter', () => {
    for (const keys of orders([abandoned, inUse, twinOf(inUse)]))
      expect(select(keys)).toMatchObject({ deactivate: abandoned });
  });

  it.each<[string, AccessKey[], string]>([
    [
      'the newer key counts as the longest-idle one',
      [keyOf('K1', 400, 10), keyOf('K2', 30, 10)],
      'RotationUnfinished',
    ],
    [
      'so it does with other ids',
      [keyOf('K2', 400, 10), keyOf('K1', 30, 10)],
      'RotationUnfinished',
    ],
    [
      'a key created when the other was last used',
      [keyOf('K1', 400, 10), keyOf('K2', 10)],
      'RotationUnfinished',
    ],
    ['the same between two young keys', [keyOf('K1', 60, 10), keyOf('K2', 10)], 'Tie'],
    ['two old keys of different age', [keyOf('K1', 400, 10), keyOf('K2', 300, 10)], 'Tie'],
    ['two keys that were never used', [keyOf('K1', 10), keyOf('K2', 10)], 'Tie'],
  ])('scenario 6: a tie of the longest-idle keys: %s', (_, keys, expected) => {
    expect(selected(keys)).toBe(expected);
  });

  it('scenario 7: inactive keys are neither selected nor kept', () => {
    const inactive = accessKey('INACTIVE', { Status: 'Inactive', CreateDate: daysBefore(4000) });
    const selection = select([inactive, inUse, abandoned]);
    expect(selection).toEqual({ deactivate: abandoned, keep: inUse });
  });
});

type Row = readonly [created: Ago, used: Ago | undefined];

describe('selectAccessKey, by age and use of two keys in days', () => {
  it.each<[Row, Row, string]>([
    [[400, 1], [30, 10], 'RotationUnfinished'],
    [[400, 1], [8, undefined], 'RotationUnfinished'],
    [[400, 1], [91, 80], 'K2'],
    [[1100, 1], [1000, undefined], 'K2'],
    [[60, 1], [15, undefined], 'K2'],
    [[400, 200], [150, undefined], 'K1'],
    [[400, 20], [15, undefined], 'NewKeyNeverUsed'],
    [[400, 20], [15, 1], 'K1'],
    // The new key is exactly maxAccessKeyAge days old, or 1 ms older or younger.
    [[400, 1], [90, 80], 'RotationUnfinished'],
    [[400, 1], [[90, 1], 80], 'RotationUnfinished'],
    [[400, 1], [[90, -1], 80], 'K2'],
    [[400, 1], [90, undefined], 'RotationUnfinished'],
    [[400, 1], [[90, -1], undefined], 'K2'],
    // So is the key in use.
    [[90, 1], [30, 10], 'K2'],
    [[[90, 1], 1], [30, 10], 'K2'],
    [[[90, -1], 1], [30, 10], 'RotationUnfinished'],
    // So is the new key that was never used.
    [[400, 100], [90, undefined], 'NewKeyNeverUsed'],
    [[400, 100], [[90, 1], undefined], 'NewKeyNeverUsed'],
    [[400, 100], [[90, -1], undefined], 'K1'],
    // The keys are idle for exactly minimumIdleDays, or 1 ms less.
    [[400, 1], [7, undefined], 'RotationUnfinished'],
    [[400, 1], [[7, 1], undefined], 'IdleTooShort'],
    [[400, 1], [30, 7], 'RotationUnfinished'],
    [[400, 1], [30, [7, 1]], 'IdleTooShort'],
    [[400, 7], [5, undefined], 'NewKeyNeverUsed'],
    [[400, [7, 1]], [5, undefined], 'IdleTooShort'],
    [[400, 7], [15, 1], 'K1'],
    [[400, [7, 1]], [15, 1], 'IdleTooShort'],
    // The older key was never used either.
    [[400, undefined], [15, undefined], 'K1'],
    [[400, undefined], [15, 1], 'K1'],
    // The older key is in use, the newer key is not new.
    [[400, 1], [200, 100], 'K2'],
  ])('K1 %j, K2 %j: %s', ([...one], [...two], expected) => {
    expect(selected([keyOf('K1', ...one), keyOf('K2', ...two)])).toBe(expected);
    // Ids decide nothing.
    const swapped = { K1: 'K2', K2: 'K1' }[expected] ?? expected;
    expect(selected([keyOf('K2', ...one), keyOf('K1', ...two)])).toBe(swapped);
  });

  it.each<[number, Row, Row, string]>([
    [30, [400, 1], [30, 10], 'RotationUnfinished'],
    [29, [400, 1], [30, 10], 'K2'],
    [365, [400, 1], [365, 10], 'RotationUnfinished'],
    [365, [365, 1], [30, 10], 'K2'],
    [0, [400, 1], [30, 10], 'K2'],
    [0, [400, 1], [8, undefined], 'K2'],
    [15, [400, 20], [15, undefined], 'NewKeyNeverUsed'],
    [14, [400, 20], [15, undefined], 'K1'],
    [0, [400, 200], [150, undefined], 'NewKeyNeverUsed'],
    [0, [4000, 3000], [2000, undefined], 'NewKeyNeverUsed'],
    [0, [400, 20], [15, 1], 'K1'],
  ])('maxAccessKeyAge %d, K1 %j, K2 %j: %s', (maxAccessKeyAge, [...one], [...two], expected) => {
    const keys = [keyOf('K1', ...one), keyOf('K2', ...two)];
    expect(selected(keys, { ...policy, maxAccessKeyAge })).toBe(expected);
  });

  it('maxAccessKeyAge 0: no rotation is unfinished, not even to a key of this instant', () => {
    const keys = [keyOf('K1', 400, -1), keyOf('K2', 0)];
    expect(selected(keys, { ...policy, minimumIdleDays: 0, maxAccessKeyAge: 0 })).toBe('K2');
  });
});

describe('selectAccessKey, of three keys', () => {
  it.each<[string, readonly [Row, Row, Row], string]>([
    [
      'the longest-idle key, beside two keys in use',
      [
        [400, 200],
        [300, 2],
        [100, 1],
      ],
      'K1',
    ],
    [
      'a key that was never used, beside an old and a new key',
      [
        [1000, undefined],
        [400, 1],
        [30, 10],
      ],
      'K1',
    ],
    [
      'the older of two unused keys, beside a new key',
      [
        [400, 1],
        [30, 10],
        [100, 50],
      ],
      'K3',
    ],
    [
      'no key, if the longest-idle key is the newer one',
      [
        [400, 1],
        [100, 10],
        [80, 50],
      ],
      'RotationUnfinished',
    ],
    [
      'no key, although the newest key was created after the last use of the others',
      [
        [400, 2],
        [30, undefined],
        [1, undefined],
      ],
      'RotationUnfinished',
    ],
    [
      'the longest-idle key, although the newest key was never used',
      [
        [400, 20],
        [300, 15],
        [10, undefined],
      ],
      'K1',
    ],
    [
      'no key, if only the longest-idle key was ever used',
      [
        [400, 20],
        [15, undefined],
        [10, undefined],
      ],
      'NewKeyNeverUsed',
    ],
    [
      'the longest-idle key, if the newest of the others is old',
      [
        [400, 200],
        [150, undefined],
        [91, undefined],
      ],
      'K1',
    ],
    [
      'the oldest, if no key was ever used',
      [
        [400, undefined],
        [300, undefined],
        [10, undefined],
      ],
      'K1',
    ],
    [
      'no key, if two are tied',
      [
        [400, 200],
        [300, 200],
        [100, 1],
      ],
      'Tie',
    ],
  ])('%s', (_, [one, two, three], expected) => {
    for (const keys of orders([keyOf('K1', ...one), keyOf('K2', ...two), keyOf('K3', ...three)]))
      expect(selected(keys)).toBe(expected);
  });

  it('keeps the key that was used most recently, in every order', () => {
    const [used, unused] = [keyOf('K2', 300, 5), keyOf('K3', 3)];
    for (const keys of orders([abandoned, used, unused]))
      expect(select(keys)).toEqual({ deactivate: abandoned, keep: used });
  });
});

describe('mostRecentlyUsed', () => {
  const [unused, newer] = [keyOf('A', 30), keyOf('B', 1)];
  it.each<[string, [AccessKey, ...AccessKey[]], AccessKey]>([
    ['the only key', [unused], unused],
    ['the latest last use', [inUse, abandoned], inUse],
    ['a used key before a newer key that was never used', [newer, abandoned, unused], abandoned],
    ['the newest key if none was ever used', [newer, unused], newer],
  ])('is %s', (_, keys, expected) => {
    expect(mostRecentlyUsed(keys)).toBe(expected);
    const [last, ...others] = keys.toReversed();
    expect(last && mostRecentlyUsed([last, ...others])).toBe(expected);
  });
});

describe('selectAccessKey, for any keys', () => {
  const days = fc.record({
    minimumIdleDays: fc.integer({ min: 0, max: 365 }),
    maxAccessKeyAge: fc.integer({ min: 0, max: 365 }),
    at: fc.constant(at),
  });

  it('selects the one active key that is idle longest and keeps the one used most recently', () => {
    fc.assert(
      fc.property(accessKeys(6), days, (keys, parameters) => {
        const selection = selectAccessKey({ keys }, parameters);
        if (selection.refusal !== undefined) return;
        const { deactivate, keep } = selection;
        expect(deactivate).not.toBe(keep);
        expect(isActive(deactivate) && isActive(keep)).toBe(true);
        for (const key of keys.filter((one) => isActive(one) && one !== deactivate)) {
          expect(idleSince(key).getTime()).toBeGreaterThan(idleSince(deactivate).getTime());
          expect(Number(key.LastUsedDate ?? 0)).toBeLessThanOrEqual(Number(keep.LastUsedDate ?? 0));
        }
      }),
    );
  });

  it('does not depend on the order of the keys', () => {
    fc.assert(
      fc.property(accessKeys(6), days, (keys, parameters) => {
        expect(selectAccessKey({ keys: keys.toReversed() }, parameters)).toEqual(
          selectAccessKey({ keys }, parameters),
        );
      }),
    );
  });

  it('does not depend on the ids of keys that differ in age', () => {
    const ages = fc.uniqueArray(
      fc.record({
        created: fc.constantFrom(400, 91, 90, 30, 10, 8),
        used: fc.constantFrom(undefined, 30, 10, 8, 1),
      }),
      { selector: ({ created }) => created, maxLength: 4 },
    );
    fc.assert(
      fc.property(ages, days, (all, parameters) => {
        const resultWith = (names: readonly string[]) => {
          const keys = all.map(({ created, used }, index) =>
            keyOf(names[index] ?? '', created, used),
          );
          const { refusal, ...selection } = selectAccessKey({ keys }, parameters);
          return (
            refusal?.reason ?? ('deactivate' in selection && keys.indexOf(selection.deactivate))
          );
        };
        expect(resultWith(['D', 'C', 'B', 'A'])).toBe(resultWith(['A', 'B', 'C', 'D']));
      }),
    );
  });

  it('selects the same key or none with a greater minimumIdleDays', () => {
    fc.assert(
      fc.property(accessKeys(6), days, (keys, parameters) => {
        const selection = selectAccessKey({ keys }, parameters);
        if (selection.refusal === undefined)
          expect(selection).toEqual(
            selectAccessKey({ keys }, { ...parameters, minimumIdleDays: 0 }),
          );
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
    expect(recommend({ keys }, parameters)).toMatchObject({ deactivate: abandoned, more });
  });

  it('scenario 1: why no key is selected', () => {
    expect(recommend({ keys: [abandoned, twinOf(abandoned)] }, policy)).toMatchObject({
      refusal: { reason: 'Tie' },
    });
    expect(recommend({ keys: [] }, policy)).toEqual({ refusal: { reason: 'LastActiveKey' } });
  });

  it.each([
    ['the only inactive key', [inUse, off], strict, { delete: off, keep: inUse, more: 0 }],
    ['the longest idle', [off, expired], strict, { delete: expired, keep: off, more: 0 }],
    ['the first of two', [inUse, off, expired], strict, { delete: expired, keep: inUse, more: 1 }],
    [
      'the first of two, and keep the active key although it is idle longer',
      [abandoned, off, expired],
      strict,
      { delete: expired, keep: abandoned, more: 1 },
    ],
    ['one beside two', [off, abandoned, inUse], two, { delete: off, keep: inUse, more: 0 }],
    ['the longest idle of three', [off, expired, inUse], two, { delete: expired, more: 0 }],
  ])('scenario 2: delete an inactive key: %s', (_, keys, parameters, expected) => {
    expect(recommend({ keys }, parameters)).toMatchObject(expected);
  });

  it('scenario 2: keeps no key if there is no other', () => {
    const none = { ...strict, maxActiveAccessKeys: 0 };
    expect(recommend({ keys: [off] }, none)).toEqual({ delete: off, keep: undefined, more: 0 });
  });

  it.each<[string, AccessKey[], typeof strict]>([
    ['the only inactive key', [inUse, off], strict],
    ['one of two keys', [off, expired], strict],
    ['all inactive keys', [inUse, off, expired], strict],
    ['a tie', [off, twinOf(off)], strict],
    ['one beside two', [off, abandoned, inUse], two],
  ])(
    'scenario 3: no key is selected for deletion if the user is quarantined: %s',
    (_, keys, parameters) => {
      const recommendation = recommend({ keys, quarantinePolicy: QUARANTINE }, parameters);
      expect(recommendation).toMatchObject({
        refusal: {
          reason: 'Quarantined',
          policy: QUARANTINE,
          longestIdle: { Status: expect.stringMatching(/^(Inactive|Expired)$/) },
        },
      });
      expect('refusal' in recommendation && isForDeletion(recommendation.refusal)).toBe(true);
    },
  );

  it('scenario 3: age and idle time do not matter for a deletion', () => {
    const [key, fresh] = [keyOf('K1', 400, 1), keyOf('K2', 1)];
    const inactive = { ...fresh, Status: 'Inactive' };
    expect(recommend({ keys: [key, inactive] }, strict)).toMatchObject({ delete: inactive });
    expect(recommend({ keys: [{ ...key, Status: 'Inactive' }, fresh] }, strict)).toMatchObject({
      delete: { AccessKeyId: key.AccessKeyId },
      keep: fresh,
    });
  });

  it.each([policy, strict, two])(
    'more active keys than allowed: the selection decides (%#)',
    (parameters) => {
      const keys = [keyOf('K1', 400, 1), keyOf('K2', 30, 10), keyOf('K3', 20, 9)];
      expect(recommend({ keys }, parameters)).toMatchObject({
        refusal: { reason: 'RotationUnfinished' },
      });
      const quarantined = recommend({ keys, quarantinePolicy: QUARANTINE }, parameters);
      expect(quarantined).toMatchObject({ refusal: { reason: 'Quarantined' } });
      expect('refusal' in quarantined && isForDeletion(quarantined.refusal)).toBe(false);
    },
  );

  it('scenario 4: no key is selected of two tied keys if one of them may stay', () => {
    const refusal = { reason: 'Tie', longestIdle: off, other: twinOf(off) };
    expect(recommend({ keys: [off, twinOf(off)] }, strict)).toEqual({ refusal });
    expect(recommend({ keys: [off, twinOf(off), inUse] }, two)).toEqual({ refusal });
  });

  it('scenario 4: a tie does not matter if both keys have to go', () => {
    const keys = [off, twinOf(off), inUse];
    expect(recommend({ keys }, strict)).toMatchObject({ delete: off, more: 1 });
  });

  it('does not depend on the order of the keys', () => {
    fc.assert(
      fc.property(accessKeys(4), singlePolicy, (keys, parameters) => {
        expect(recommend({ keys: keys.toReversed() }, parameters)).toEqual(
          recommend({ keys }, parameters),
        );
      }),
    );
  });
});
