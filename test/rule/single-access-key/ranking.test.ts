import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessKey, idleSince, isActive } from '../../../rule/keys/access-key.ts';
import { chooseAccessKey, rankByIdleTime } from '../../../rule/single-access-key/selection.ts';
import { accessKey, at, daysBefore } from '../../support/build.ts';

const policy = { minimumIdleDays: 7, at };
const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });

/** Every order of three keys: none may change the choice. */
const orders = <Item>([a, b, c]: readonly [Item, Item, Item]) => [
  [a, b, c],
  [a, c, b],
  [b, a, c],
  [b, c, a],
  [c, a, b],
  [c, b, a],
];

describe('chooseAccessKey', () => {
  it.each([
    ['no key', []],
    ['one active key', [abandoned]],
    ['one active key beside an inactive one', [abandoned, { ...inUse, Status: 'Inactive' }]],
    ['one active key beside an expired one', [{ ...abandoned, Status: 'Expired' }, inUse]],
  ])('scenario 1: refuses with %s', (_, keys) => {
    expect(chooseAccessKey(keys, policy)).toEqual({ refusal: { reason: 'LastActiveKey' } });
  });

  it('scenario 2: refuses a tie, whichever comes first', () => {
    const twin = accessKey('TWIN', { LastUsedDate: daysBefore(200) });
    for (const keys of [
      [abandoned, twin],
      [twin, abandoned],
    ])
      expect(chooseAccessKey(keys, policy)).toEqual({
        refusal: { reason: 'Tie', candidate: twin, other: abandoned },
      });
  });

  it('scenario 2: a tie ends with one millisecond', () => {
    const almostTwin = accessKey('TWIN', { LastUsedDate: daysBefore(200, 1) });
    expect(chooseAccessKey([almostTwin, abandoned], policy)).toEqual({
      deactivate: abandoned,
      keep: almostTwin,
    });
  });

  it('scenario 2: two keys that are in use alike do not hide the abandoned third', () => {
    const twin = { ...inUse, AccessKeyId: 'AKIATWIN' };
    for (const keys of orders([abandoned, inUse, twin]))
      expect(chooseAccessKey(keys, policy)).toMatchObject({ deactivate: abandoned });
  });

  it('scenario 3: refuses a rotation whose new key nobody has used yet', () => {
    const fresh = accessKey('FRESH', { CreateDate: daysBefore(30) });
    expect(chooseAccessKey([fresh, abandoned], policy)).toEqual({
      refusal: { reason: 'NewKeyNeverUsed', candidate: abandoned, keep: fresh },
    });
  });

  it('scenario 3: two keys that were never used are no rotation', () => {
    const older = accessKey('OLDER', { CreateDate: daysBefore(300) });
    const newer = accessKey('NEWER', { CreateDate: daysBefore(30) });
    expect(chooseAccessKey([newer, older], policy)).toEqual({ deactivate: older, keep: newer });
  });

  it.each([
    ['1 ms too short', daysBefore(7, 1), false],
    ['exactly long enough', daysBefore(7), true],
    ['1 ms longer', daysBefore(7, -1), true],
  ])('scenario 4: a candidate idle for %s', (_, LastUsedDate, chosen) => {
    const candidate = accessKey('CAND', { LastUsedDate });
    const choice = chooseAccessKey([inUse, candidate], policy);
    const refusal = { reason: 'IdleTooShort', candidate, keep: inUse };
    expect(choice.refusal).toEqual(chosen ? undefined : refusal);
  });

  it('scenario 4: with 0 days even a use after the evaluation is no reason to refuse', () => {
    const candidate = accessKey('CAND', { LastUsedDate: daysBefore(-1) });
    const keep = accessKey('KEEP', { LastUsedDate: daysBefore(-2) });
    expect(chooseAccessKey([candidate, keep], { minimumIdleDays: 0, at })).toEqual({
      deactivate: candidate,
      keep,
    });
  });

  it('scenario 5: the key idle longest goes, the one idle shortest stays, in every order', () => {
    const neverUsed = accessKey('NEVER', { CreateDate: daysBefore(300) });
    for (const keys of orders([abandoned, inUse, neverUsed]))
      expect(chooseAccessKey(keys, policy)).toEqual({ deactivate: neverUsed, keep: inUse });
  });

  it('scenario 5: inactive keys neither go nor stay', () => {
    const ancient = accessKey('ANCIENT', { Status: 'Inactive', CreateDate: daysBefore(4000) });
    expect(chooseAccessKey([ancient, inUse, abandoned], policy)).toEqual({
      deactivate: abandoned,
      keep: inUse,
    });
  });
});

describe('chooseAccessKey, for any keys', () => {
  const instant = fc
    .integer({ min: -1000 * 86_400_000, max: 0 })
    .map((offset) => new Date(at.getTime() + offset));
  const anyKey = fc.record({
    AccessKeyId: fc.stringMatching(/^AKIA[A-Z2-7]{16}$/),
    Status: fc.constantFrom('Active', 'Active', 'Inactive', 'Expired'),
    CreateDate: instant,
    LastUsedDate: fc.option(instant, { nil: undefined }),
  });
  const anyKeys: fc.Arbitrary<AccessKey[]> = fc.uniqueArray(anyKey, {
    selector: (key) => key.AccessKeyId,
    maxLength: 6,
  });
  const anyPolicy = fc.record({
    minimumIdleDays: fc.integer({ min: 0, max: 365 }),
    at: fc.constant(at),
  });

  it('an active key goes and another active key stays', () => {
    fc.assert(
      fc.property(anyKeys, anyPolicy, (keys, anyDays) => {
        const choice = chooseAccessKey(keys, anyDays);
        if (choice.refusal !== undefined) return;
        expect(choice.deactivate).not.toBe(choice.keep);
        expect(isActive(choice.deactivate) && isActive(choice.keep)).toBe(true);
        for (const key of keys.filter(isActive))
          if (key !== choice.deactivate)
            expect(idleSince(key).getTime()).toBeGreaterThan(
              idleSince(choice.deactivate).getTime(),
            );
      }),
    );
  });

  it('does not depend on the order of the keys', () => {
    fc.assert(
      fc.property(anyKeys, anyPolicy, (keys, anyDays) => {
        expect(chooseAccessKey([...keys].reverse(), anyDays)).toEqual(
          chooseAccessKey(keys, anyDays),
        );
        expect(rankByIdleTime([...keys].reverse())).toEqual(rankByIdleTime(keys));
      }),
    );
  });

  it('a stricter minimumIdleDays never chooses another key, only none', () => {
    fc.assert(
      fc.property(anyKeys, anyPolicy, (keys, anyDays) => {
        const lenient = chooseAccessKey(keys, { minimumIdleDays: 0, at });
        const strict = chooseAccessKey(keys, anyDays);
        if (strict.refusal === undefined) expect(strict).toEqual(lenient);
      }),
    );
  });
});
