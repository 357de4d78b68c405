import * as v from 'valibot';
import { Instant, parse } from '../../rule/input/parse.ts';

/** The event is not one of an EventBridge schedule. */
export class InvalidScheduledEventError extends Error {
  override readonly name = 'InvalidScheduledEventError';
}

const ScheduledEvent = v.object({
  source: v.literal('aws.events'),
  'detail-type': v.literal('Scheduled Event'),
  time: Instant,
});

/**
 * Parses the event of a schedule and returns its time.
 *
 * @throws {InvalidScheduledEventError} names the member, what was expected and what it got
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
export const parseScheduledTime = (event: unknown): Date =>
  parse(ScheduledEvent, event, {
    what: 'event',
    error: (message) => new InvalidScheduledEventError(message),
  }).time;

const HOUR = 3_600_000;

/** A schedule: its period in hours, a divisor of 24, and the time of its event. */
type Schedule = { readonly periodHours: number; readonly time: Date };

/**
 * Returns the instant of a schedule. Schedules are aligned to hours in UTC. EventBridge runs a schedule within its minute,
 * so the time of its event is rounded down to the period.
 */
export const scheduleOf = ({ periodHours, time }: Schedule): Date => {
  const period = periodHours * HOUR;
  return new Date(Math.floor(time.getTime() / period) * period);
};

/**
 * Tells whether this is the first schedule after a result was recorded.
 *
 * Boundary: a result that was recorded exactly at the schedule belongs to it.
 */
export const isFirstScheduleAfter = (recorded: Date, schedule: Schedule): boolean => {
  const end = scheduleOf(schedule).getTime();
  return recorded.getTime() > end - schedule.periodHours * HOUR && recorded.getTime() <= end;
};
