import { describe, expect, it } from 'vitest';
import {
  findInactivity,
  type Known,
  keysToAskFor,
} from '../../../rule/inactive-access-key/inactivity.ts';
import { accessKey, daysBefore } from '../../support/build.ts';
import { historyOf, statusChange } from '../../support/status-change.ts';

const key = accessKey('A', { Status: 'Inactive' });
const FIRST: Known = { isConcluded: false };
const find = (
  changes: ReturnType<typeof statusChange>[],
  { known = FIRST, ...overrides }: { known?: Known; isComplete?: boolean } = {},
) => findInactivity(key, historyOf(changes, overrides), known);
const since = (days: number) => ({ since: daysBefore(days) });
const off = (days: number) => statusChange('A', 'Inactive', { days });
const on = (days: number) => statusChange('A', 'Active', { days });

describe('findInactivity', () => {
  it.each([
    ['one deactivation', [off(40)], 40],
    ['a deactivation that was repeated', [off(10), off(40), off(20)], 40],
    ['a deactivation after a reactivation', [off(60), on(50), off(40)], 40],
    ['several rounds, in any order', [off(5), on(7), off(80), on(50), off(6), off(60)], 6],
    ['a deactivation in the very second of the reactivation', [off(60), off(40), on(40)], 40],
  ])('scenario 1: %s', (_, changes, days) => {
    const found = find(changes);
    expect(found).toMatchObject(since(days));
    expect(find(changes.toReversed())).toEqual(found);
    expect(found).toHaveProperty('event.status', 'Inactive');
  });

  it('scenario 1: needs no complete history, and asks nobody who looked before', () => {
    expect(
      find([off(40)], { isComplete: false, known: { ...FIRST, activeAt: daysBefore(1) } }),
    ).toMatchObject(since(40));
  });

  it('scenario 2: is unknown when the last visible change made it active, and says when', () => {
    const unknown = { key, unknown: 'NotVisible', activeAt: daysBefore(40) };
    expect(find([off(60), on(40)])).toEqual(unknown);
    expect(find([on(40)], { known: { isConcluded: true } })).toEqual(unknown);
  });

  it('scenario 3: is unknown without a change in a history that is not complete', () => {
    const other = statusChange('B', 'Inactive', { days: 40 });
    expect(find([other], { isComplete: false })).toEqual({ key, unknown: 'NoHistory' });
  });

  it.each([
    ['made 1 ms before the history', { CreateDate: daysBefore(90, -1) }, undefined],
    ['made at its beginning', { CreateDate: daysBefore(90) }, daysBefore(90)],
    ['used 1 ms before the history', { LastUsedDate: daysBefore(90, -1) }, undefined],
    ['used at its beginning', { LastUsedDate: daysBefore(90) }, daysBefore(90)],
    [
      'made and then used in it',
      { CreateDate: daysBefore(80), LastUsedDate: daysBefore(70) },
      daysBefore(70),
    ],
  ])('scenarios 4 and 5: a key %s, without a change', (_, overrides, activeAt) => {
    const one = { ...key, ...overrides };
    expect(findInactivity(one, historyOf(), FIRST)).toEqual(
      activeAt === undefined
        ? { key: one, before: daysBefore(90) }
        : { key: one, unknown: 'NotVisible', activeAt },
    );
  });

  it.each([
    [90, -1, false],
    [90, 0, true],
    [1, 0, true],
  ])(
    'scenarios 4 and 5: seen active %d days ago and %d ms, is unknown: %j',
    (days, ms, isUnknown) => {
      const activeAt = daysBefore(days, ms);
      expect(find([], { known: { ...FIRST, activeAt } })).toEqual(
        isUnknown ? { key, unknown: 'NotVisible', activeAt } : { key, before: daysBefore(90) },
      );
    },
  );

  it.each(['Expired', 'Suspended'])('scenario 6: is unknown of a key that is %s', (Status) => {
    const other = { ...key, Status };
    expect(findInactivity(other, historyOf([off(40)]), {})).toEqual({
      key: other,
      unknown: 'OtherStatus',
    });
  });
});

describe('keysToAskFor', () => {
  const old = accessKey('OLD', { Status: 'Inactive' });
  const asked = (known: Known) => keysToAskFor([key, old], historyOf([off(40)]), () => known);
  it('are those without a change, until somebody has drawn the conclusion', () => {
    expect(asked(FIRST)).toEqual([old]);
    expect(asked({ isConcluded: true })).toEqual([]);
    expect(asked({ ...FIRST, activeAt: daysBefore(1) })).toEqual([]);
  });
});
