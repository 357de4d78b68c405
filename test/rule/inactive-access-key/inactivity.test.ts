import { describe, expect, it } from 'vitest';
import {
  findInactivity,
  keysToAskFor,
  type Sighting,
} from '../../../rule/inactive-access-key/inactivity.ts';
import { accessKey, daysBefore } from '../../support/build.ts';
import { historyOf, statusChange } from '../../support/status-change.ts';

const key = accessKey('A', { Status: 'Inactive' });
const find = (
  changes: ReturnType<typeof statusChange>[],
  { sighting = 'FirstLook', ...overrides }: { sighting?: Sighting; isComplete?: boolean } = {},
) => findInactivity(key, historyOf(changes, overrides), sighting);
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
    expect(find([off(40)], { isComplete: false, sighting: 'NotSeenInactive' })).toMatchObject(
      since(40),
    );
  });

  it('scenario 2: is unknown when the last visible change made it active', () => {
    expect(find([off(60), on(40)])).toEqual({ key, unknown: 'NotVisible' });
    expect(find([on(40)], { sighting: 'SeenInactive' })).toEqual({ key, unknown: 'NotVisible' });
  });

  it('scenario 3: is unknown without a change in a history that is not complete', () => {
    const other = statusChange('B', 'Inactive', { days: 40 });
    expect(find([other], { isComplete: false })).toEqual({ key, unknown: 'NoHistory' });
  });

  it.each([
    ['made 1 ms before the history', { CreateDate: daysBefore(90, -1) }, true],
    ['made at its beginning', { CreateDate: daysBefore(90) }, false],
    ['used 1 ms before the history', { LastUsedDate: daysBefore(90, -1) }, true],
    ['used at its beginning', { LastUsedDate: daysBefore(90) }, false],
  ])('scenario 4: a key %s, without a change, is so since before: %j', (_, overrides, isKnown) => {
    const one = { ...key, ...overrides };
    expect(findInactivity(one, historyOf(), 'FirstLook')).toEqual(
      isKnown ? { key: one, before: daysBefore(90) } : { key: one, unknown: 'NotVisible' },
    );
  });

  it.each<[Sighting, object]>([
    ['FirstLook', { before: daysBefore(90) }],
    ['SeenInactive', { before: daysBefore(90) }],
    ['KnownInactive', { before: daysBefore(90) }],
    ['NotSeenInactive', { unknown: 'NotVisible' }],
  ])('scenarios 5 and 6: without a change, %s', (sighting, expected) => {
    expect(find([], { sighting })).toEqual({ key, ...expected });
  });

  it.each(['Expired', 'Suspended'])('scenario 7: is unknown of a key that is %s', (Status) => {
    const other = { ...key, Status };
    expect(findInactivity(other, historyOf([off(40)]), 'SeenInactive')).toEqual({
      key: other,
      unknown: 'OtherStatus',
    });
  });
});

describe('keysToAskFor', () => {
  const old = accessKey('OLD', { Status: 'Inactive' });
  const asked = (sighting: Sighting) =>
    keysToAskFor([key, old], historyOf([off(40)]), () => sighting);
  it('are those without a change, until somebody has drawn the conclusion', () => {
    expect(asked('FirstLook')).toEqual([old]);
    expect(asked('SeenInactive')).toEqual([old]);
    expect(asked('KnownInactive')).toEqual([]);
    expect(asked('NotSeenInactive')).toEqual([]);
  });
});
