import { describe, expect, it } from 'vitest';
import {
  findInactivity,
  inactiveKeys,
  inactivitiesOf,
  isTooLong,
  isViolation,
  keysWithUnreadUse,
} from '../../../rule/inactive-access-key/inactivity.ts';
import { accessKey, at, daysBefore, historyOf, statusChange } from '../../support/build.ts';

const key = accessKey('A', { Status: 'Inactive' });
const off = (days: number, name = 'A') => statusChange(name, 'Inactive', { days });
const on = (days: number) => statusChange('A', 'Active', { days });
const incomplete = historyOf([], { isComplete: false });

describe('findInactivity', () => {
  it.each([
    ['one deactivation', [off(40)], 40],
    ['a repeated deactivation', [off(10), off(40), off(20)], 40],
    ['a deactivation after a reactivation', [off(60), on(50), off(40)], 40],
    ['several rounds in any order', [off(5), on(7), off(80), on(50), off(6), off(60)], 6],
    ['a deactivation in the second of the reactivation', [off(60), off(40), on(40)], 40],
  ])('scenario 1: %s', (_, changes, days) => {
    for (const isComplete of [true, false]) {
      const find = (all: typeof changes) =>
        findInactivity(key, historyOf(all, { isComplete }), { activeAt: daysBefore(1) });
      expect(find(changes)).toMatchObject({
        since: daysBefore(days),
        event: { status: 'Inactive', eventTime: daysBefore(days) },
      });
      expect(find(changes.toReversed())).toEqual(find(changes));
    }
  });

  it('scenario 2: the last visible change is to Active', () => {
    const unknown = { key, unknown: 'NotVisible', activeAt: daysBefore(40) };
    expect(findInactivity(key, historyOf([off(60), on(40)]), {})).toEqual(unknown);
    expect(findInactivity(key, { ...incomplete, changes: [on(40)] }, {})).toEqual(unknown);
  });

  it('scenario 3: no change of this key, the history is incomplete', () => {
    const history = { ...incomplete, changes: [off(40, 'B')] };
    expect(findInactivity(key, history, {})).toEqual({ key, unknown: 'NoHistory' });
  });

  it.each([
    ['created 1 ms before the history', { CreateDate: daysBefore(90, -1) }, undefined, undefined],
    ['created at its start', { CreateDate: daysBefore(90) }, undefined, daysBefore(90)],
    ['used 1 ms before the history', { LastUsedDate: daysBefore(90, -1) }, undefined, undefined],
    ['used at its start', { LastUsedDate: daysBefore(90) }, undefined, daysBefore(90)],
    ['seen active 1 ms before the history', {}, daysBefore(90, -1), undefined],
    ['seen active at its start', {}, daysBefore(90), daysBefore(90)],
    [
      'created, seen active and used in it',
      { CreateDate: daysBefore(80), LastUsedDate: daysBefore(60) },
      daysBefore(70),
      daysBefore(60),
    ],
    [
      'created, used and seen active in it',
      { CreateDate: daysBefore(80), LastUsedDate: daysBefore(70) },
      daysBefore(60),
      daysBefore(60),
    ],
  ])('scenarios 4 and 5: no change of a key %s', (_, overrides, seenActive, activeAt) => {
    const one = { ...key, ...overrides };
    expect(findInactivity(one, historyOf(), { activeAt: seenActive })).toEqual(
      activeAt === undefined
        ? { key: one, before: daysBefore(90) }
        : { key: one, unknown: 'NotVisible', activeAt },
    );
  });

  it('scenarios 1, 2 and 5: Expired is like Inactive, as a status and as a change', () => {
    const expired = { ...key, Status: 'Expired' };
    const change = { ...off(40), status: 'Expired' as const };
    for (const one of [key, expired])
      for (const event of [off(40), change])
        expect(findInactivity(one, historyOf([on(50), event, off(30)]), {})).toEqual({
          ...{ key: one, since: daysBefore(40), event },
        });
    expect(findInactivity(expired, historyOf([change, on(30)]), {})).toEqual({
      ...{ key: expired, unknown: 'NotVisible', activeAt: daysBefore(30) },
    });
    expect(findInactivity(expired, historyOf(), {})).toEqual({
      ...{ key: expired, before: daysBefore(90) },
    });
  });

  it('scenario 6: another status', () => {
    const other = { ...key, Status: 'Suspended' };
    expect(findInactivity(other, historyOf([off(40)]), {})).toEqual({
      key: other,
      unknown: 'OtherStatus',
    });
  });
});

describe('inactiveKeys', () => {
  const [b, expired] = [
    accessKey('B', { Status: 'Inactive' }),
    accessKey('C', { Status: 'Expired' }),
  ];

  it('are the keys that are not active, sorted by id', () => {
    expect(inactiveKeys([expired, accessKey('ACTIVE'), b, key])).toEqual([key, b, expired]);
  });

  it('have an inactivity each', () => {
    const known = ({ AccessKeyId }: typeof key) =>
      AccessKeyId === b.AccessKeyId ? { activeAt: daysBefore(1) } : {};
    expect(inactivitiesOf([b, accessKey('ACTIVE'), key], historyOf(), known)).toEqual([
      { key, before: daysBefore(90) },
      { key: b, unknown: 'NotVisible', activeAt: daysBefore(1) },
    ]);
  });
});

describe('keysWithUnreadUse', () => {
  const old = accessKey('OLD', { Status: 'Inactive' });

  it.each([
    ['those without a visible change', { isConcluded: false }, [old]],
    ['none that an earlier evaluation concluded', { isConcluded: true }, []],
    ['none that was seen active', { isConcluded: false, activeAt: daysBefore(1) }, []],
  ])('are %s', (_, known, expected) => {
    expect(keysWithUnreadUse([key, old], historyOf([off(40)]), () => known)).toEqual(expected);
  });
});

describe('isTooLong', () => {
  const event = off(40);
  it.each([
    ['since 30 days', { key, event, since: daysBefore(30) }, true],
    ['since 30 days less 1 ms', { key, event, since: daysBefore(30, 1) }, false],
    ['before the history', { key, before: daysBefore(90) }, true],
    ['unknown', { key, unknown: 'NotVisible' as const, activeAt: daysBefore(80) }, false],
  ])('%s: %j', (_, inactivity, expected) => {
    const policy = { maxInactiveDays: 30, at };
    expect(isTooLong(inactivity, policy)).toBe(expected);
    expect(isViolation(inactivity, policy)).toBe(expected);
    expect(isViolation(inactivity, { ...policy, maxInactiveDays: 0 })).toBe(true);
  });

  it('is false with 0 days if the date is unknown, although the key violates the rule', () => {
    const unknown = { key, unknown: 'NoHistory' as const };
    expect(isTooLong(unknown, { maxInactiveDays: 0, at })).toBe(false);
  });
});
