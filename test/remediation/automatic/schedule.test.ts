import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InvalidScheduledEventError,
  isFirstScheduleAfter,
  parseScheduledTime,
} from '../../../remediation/automatic/schedule.ts';

const event = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2026-01-31T12:00:00Z',
  region: 'us-east-1',
  resources: ['arn:aws:events:us-east-1:123456789012:rule/schedule'],
  detail: {},
};

describe('parseScheduledTime', () => {
  it('returns the time of a scheduled event', () => {
    expect(parseScheduledTime(event)).toEqual(new Date('2026-01-31T12:00:00Z'));
  });

  it.each([
    [undefined, 'event: expected'],
    [{ ...event, source: 'aws.iam' }, 'event.source: expected "aws.events", got "aws.iam"'],
    [{ ...event, 'detail-type': 'Other' }, 'expected "Scheduled Event", got "Other"'],
    [{ ...event, time: 'noon' }, 'event.time: expected an ISO 8601 timestamp, got "noon"'],
    [{ ...event, time: undefined }, 'event.time: expected'],
  ])('refuses %j', (given, problem) => {
    expect(() => parseScheduledTime(given)).toThrow(InvalidScheduledEventError);
    expect(() => parseScheduledTime(given)).toThrow(problem);
  });
});

describe('isFirstScheduleAfter', () => {
  const time = new Date('2026-01-31T12:00:00Z');
  const at = (iso: string) => new Date(iso);

  it.each([
    [1, '2026-01-31T11:00:00.000Z', false],
    [1, '2026-01-31T11:00:00.001Z', true],
    [6, '2026-01-31T06:00:00.000Z', false],
    [6, '2026-01-31T06:00:00.001Z', true],
    [6, '2026-01-31T12:00:00.000Z', true],
    [6, '2026-01-31T12:00:00.001Z', false],
  ])('with a period of %i h, a result recorded at %s: %s', (periodHours, recorded, expected) => {
    expect(isFirstScheduleAfter(at(recorded), { periodHours, time })).toBe(expected);
  });

  it('rounds the time of the event down to the period', () => {
    const late = { periodHours: 24, time: at('2026-02-01T00:00:59Z') };
    expect(isFirstScheduleAfter(at('2026-02-01T00:00:00Z'), late)).toBe(true);
    expect(isFirstScheduleAfter(at('2026-02-01T00:00:01Z'), late)).toBe(false);
    expect(isFirstScheduleAfter(at('2026-01-31T00:00:01Z'), late)).toBe(true);
  });

  it('holds for exactly one schedule of each result', () => {
    const HOUR = 3_600_000;
    const property = fc.property(
      fc.date({
        min: at('2025-01-01T00:00:00Z'),
        max: at('2027-01-01T00:00:00Z'),
        noInvalidDate: true,
      }),
      fc.constantFrom(1, 3, 6, 12, 24),
      fc.nat(59_999),
      (recorded, periodHours, delay) => {
        const begin = Math.floor(recorded.getTime() / (24 * HOUR)) * 24 * HOUR;
        const schedules = Array.from({ length: 72 / periodHours }, (_, index) => ({
          periodHours,
          time: new Date(begin + index * periodHours * HOUR + delay),
        }));
        const firsts = schedules.filter((one) => isFirstScheduleAfter(recorded, one));
        expect(firsts).toHaveLength(1);
      },
    );
    fc.assert(property);
  });
});
