import { describe, expect, it } from 'vitest';
import {
  excessBegan,
  forecastOf,
  idleLongEnoughAt,
  inactivityBegan,
  isAnnounced,
} from '../../../remediation/messages/violation.ts';
import {
  accessKey,
  at,
  daysBefore,
  historyOf,
  policy,
  statusChange,
  userKeys,
} from '../../support/build.ts';

describe('isAnnounced', () => {
  it.each([
    ['a day and a millisecond before its result', daysBefore(1, -1), false],
    ['exactly a day before', daysBefore(1), true],
    ['a day less a millisecond before', daysBefore(1, 1), true],
    ['at its result', at, true],
    ['after its result', daysBefore(0, 1), true],
    ['at an unknown instant', undefined, true],
  ])('tells whether a violation that began %s is announced', (_, began, expected) => {
    expect(isAnnounced(began, at)).toBe(expected);
  });
});

describe('excessBegan', () => {
  const old = accessKey('OLD', { CreateDate: daysBefore(400) });
  const recent = accessKey('NEW', { CreateDate: daysBefore(3) });
  const inactive = accessKey('OFF', { Status: 'Inactive', CreateDate: daysBefore(1) });

  it.each([[[old, recent]], [[recent, old]]])(
    'returns the creation of the newest active key',
    (...[keys]) => {
      expect(excessBegan(userKeys(keys), historyOf(), policy)).toEqual(daysBefore(3));
    },
  );

  it('ignores keys that do not count, and their activations', () => {
    const user = userKeys([old, recent, inactive]);
    const history = historyOf([statusChange('OFF', 'Active', { days: 1 })]);
    expect(excessBegan(user, history, policy)).toEqual(daysBefore(3));
    const strict = { ...policy, countInactiveAccessKeys: true };
    expect(excessBegan(user, historyOf(), strict)).toEqual(daysBefore(1));
  });

  it('returns the end of the rotation grace', () => {
    const graceful = { ...policy, rotationGraceDays: 2 };
    expect(excessBegan(userKeys([old, recent]), historyOf(), graceful)).toEqual(daysBefore(1));
  });

  it('returns the last change of a key to Active, if that is later', () => {
    const history = historyOf([
      statusChange('OLD', 'Active', { days: 20 }),
      statusChange('OLD', 'Inactive', { days: 10 }),
      statusChange('OLD', 'Active', { days: 2 }),
      statusChange('NEW', 'Inactive', { days: 1 }),
    ]);
    expect(excessBegan(userKeys([old, recent]), history, policy)).toEqual(daysBefore(2));
  });

  it.each([
    ['2026-01-29', '2026-01-30T00:00:00.000Z'],
    ['2026-01-27', '2026-01-28T12:00:00.000Z'],
    ['no date', '2026-01-28T12:00:00.000Z'],
  ])('returns the end of the exemption, if that is later: %s', (exemption, began) => {
    const tagged = { ...policy, exemptionTagKey: 'keys-until' };
    const user = userKeys([old, recent], { exemption });
    expect(excessBegan(user, historyOf(), tagged)).toEqual(new Date(began));
  });
});

describe('inactivityBegan', () => {
  const limit = { maxInactiveDays: 30, at };
  const one = accessKey('ONE', { Status: 'Inactive' });
  const two = accessKey('TWO', { Status: 'Inactive' });

  it('returns when the first key had been inactive for maxInactiveDays', () => {
    const history = historyOf([
      statusChange('ONE', 'Inactive', { days: 31 }),
      statusChange('TWO', 'Inactive', { days: 40 }),
    ]);
    expect(inactivityBegan(userKeys([one, two]), history, limit)).toEqual(daysBefore(10));
    expect(inactivityBegan(userKeys([one]), history, limit)).toEqual(daysBefore(1));
  });

  it('ignores a key that has not been inactive for that long', () => {
    const history = historyOf([
      statusChange('ONE', 'Inactive', { days: 31 }),
      statusChange('TWO', 'Inactive', { days: 29 }),
    ]);
    expect(inactivityBegan(userKeys([one, two]), history, limit)).toEqual(daysBefore(1));
  });

  it.each([
    [30, 60],
    [90, 0],
  ])(
    'counts from the start of the history without an event: maxInactiveDays %i',
    (maxInactiveDays, days) => {
      const began = inactivityBegan(userKeys([one]), historyOf(), { maxInactiveDays, at });
      expect(began).toEqual(daysBefore(days));
    },
  );

  it('is unknown with maxInactiveDays 0 and a deactivation that is not visible', () => {
    const fresh = accessKey('ONE', { Status: 'Inactive', CreateDate: daysBefore(5) });
    const none = { maxInactiveDays: 0, at };
    expect(inactivityBegan(userKeys([fresh, two]), historyOf(), none)).toBeUndefined();
  });

  it('is unknown without a violation', () => {
    expect(inactivityBegan(userKeys([]), historyOf(), limit)).toBeUndefined();
  });

  it('returns the end of the exemption, if that is later', () => {
    const history = historyOf([statusChange('ONE', 'Inactive', { days: 60 })]);
    const user = userKeys([one], { exemption: '2026-01-30' });
    const tagged = { ...limit, exemptionTagKey: 'keys-until' };
    expect(inactivityBegan(user, history, tagged)).toEqual(new Date('2026-01-31T00:00:00Z'));
  });
});

describe('forecastOf', () => {
  const schedule = { periodHours: 6, at };
  const iso = (forecast: Date | 'None') =>
    forecast === 'None' ? forecast : forecast.toISOString().slice(0, 16);
  const refused = { Outcome: 'Refused' } as const;

  it.each([
    [0, '2026-01-31T12:00'],
    [1, '2026-01-31T18:00'],
    [6 * 3_600_000, '2026-01-31T18:00'],
  ])('returns the schedule at or after now if the plan acts: %i ms after one', (ms, expected) => {
    const now = { ...schedule, at: daysBefore(0, ms) };
    expect(iso(forecastOf({ Outcome: 'Deactivate' }, undefined, now))).toBe(expected);
    expect(iso(forecastOf({ Outcome: 'Delete' }, undefined, now))).toBe(expected);
  });

  it('returns nothing while the plan refuses and no date ends the reason', () => {
    expect(forecastOf(refused, undefined, schedule)).toBe('None');
  });

  it.each([
    [daysBefore(-2), '2026-02-02T12:00'],
    [daysBefore(-2, 1), '2026-02-02T18:00'],
    [daysBefore(2), '2026-01-31T12:00'],
  ])('returns the schedule at or after the end of the reason: %s', (end, expected) => {
    expect(iso(forecastOf(refused, end, schedule))).toBe(expected);
  });
});

describe('idleLongEnoughAt', () => {
  const used = (name: string, days: number) =>
    accessKey(name, { CreateDate: daysBefore(200), LastUsedDate: daysBefore(days) });

  it('returns when the longest-idle key has been idle for minimumIdleDays, if that is why it is not selected', () => {
    const user = userKeys([used('OLD', 5), used('NEW', 1)]);
    expect(idleLongEnoughAt(user, policy)).toEqual(daysBefore(-2));
  });

  it.each([
    ['selected', [used('OLD', 7), used('NEW', 1)]],
    ['not selected because of a tie', [used('OLD', 7), used('NEW', 7)]],
  ])('returns nothing for a key that is %s', (_, keys) => {
    expect(idleLongEnoughAt(userKeys(keys), policy)).toBeUndefined();
  });
});
