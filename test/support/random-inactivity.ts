import fc from 'fast-check';
import { daysBefore } from './build.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Length of a story in days. It ends at `at`. */
const DAYS = 120;

/** The start of a story. */
export const START = daysBefore(DAYS);

/** Who changed a key, or why the change failed. */
const BY = [
  'an operator',
  'the user itself',
  'a role',
  'nobody: denied',
  'nobody: failed',
] as const;

/** An event of a key, relative to the start. */
export type KeyEvent = {
  readonly milliseconds: number;
  readonly key: number;
  readonly does: 'Active' | 'Inactive' | 'use';
  readonly by: (typeof BY)[number];
  /** Minutes until CloudTrail shows the event. */
  readonly delay: number;
};

/** A key before the start. An inactive key was deactivated before the event history begins. */
export type EarlierKey = {
  readonly createdDays: number;
  readonly usedDays: number | undefined;
  readonly status: 'Active' | 'Inactive';
};

/** When the rule runs: at an instant or after an event, and again some minutes later. */
type Look =
  | { readonly milliseconds: number }
  | { readonly event: number; readonly after: number; readonly again: number };

const seconds = (most: number) => fc.integer({ min: 0, max: most / 1000 }).map((n) => n * 1000);

const earlierKey: fc.Arbitrary<EarlierKey> = fc.oneof(
  fc.record({
    status: fc.constant('Active' as const),
    createdDays: fc.integer({ min: 1, max: 400 }),
    usedDays: fc.constantFrom(undefined, 0.5),
  }),
  fc.record({
    status: fc.constant('Inactive' as const),
    createdDays: fc.integer({ min: 150, max: 400 }),
    usedDays: fc.constantFrom(undefined, 100),
  }),
);

const keyEvent = (keys: number): fc.Arbitrary<KeyEvent> =>
  fc.record({
    milliseconds: seconds(DAYS * DAY),
    key: fc.nat(keys - 1),
    does: fc.constantFrom('Inactive', 'Inactive', 'Active', 'use'),
    by: fc.constantFrom('an operator', ...BY),
    delay: fc.integer({ min: 0, max: 30 }),
  });

/** An event, often with further events of the same key shortly after it. */
const burst = (keys: number): fc.Arbitrary<KeyEvent[]> =>
  fc
    .tuple(
      keyEvent(keys),
      fc.array(fc.tuple(keyEvent(keys), fc.oneof(seconds(10 * MINUTE), seconds(40 * MINUTE))), {
        maxLength: 2,
      }),
    )
    .map(([first, others]) => [
      first,
      ...others.map(([other, after]) => ({
        ...other,
        key: first.key,
        milliseconds: first.milliseconds + after,
      })),
    ]);

/** A key that is active for some minutes, before CloudTrail shows it. */
const flicker = (keys: number): fc.Arbitrary<KeyEvent[]> =>
  fc
    .tuple(keyEvent(keys), seconds(10 * MINUTE), fc.integer({ min: 15, max: 30 }))
    .map(([event, after, delay]) => [
      { ...event, does: 'Active', by: 'an operator', delay },
      {
        ...event,
        milliseconds: event.milliseconds + after,
        does: 'Inactive',
        by: 'an operator',
        delay,
      },
    ]);

/** The instants at which the rule runs: random ones, and those around which its result may change. */
const look = (maxInactiveDays: number): fc.Arbitrary<Look> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ milliseconds: seconds(DAYS * DAY) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        event: fc.nat(),
        again: fc.oneof(fc.constant(0), seconds(20 * MINUTE), seconds(40 * MINUTE)),
        after: fc.oneof(
          seconds(20 * MINUTE),
          seconds(70 * MINUTE),
          fc.constantFrom(-1000, 0, 1000).map((more) => maxInactiveDays * DAY + more),
          fc.constantFrom(-MINUTE, 10 * MINUTE, 40 * MINUTE).map((more) => 90 * DAY + more),
        ),
      }),
    },
  );

/** Maximum number of days between two sweeps. */
const SCHEDULE = 20 * DAY;

const instantsOf = (looks: readonly Look[], events: readonly KeyEvent[]) => {
  const instants = looks.flatMap((one) => {
    if ('milliseconds' in one) return one.milliseconds;
    const looked = (events[one.event % events.length]?.milliseconds ?? 0) + one.after;
    return [looked, looked + one.again];
  });
  const first = Math.min(...instants);
  const scheduled = Array.from(
    { length: Math.ceil((DAYS * DAY - first) / SCHEDULE) },
    (_, index) => first + index * SCHEDULE,
  );
  return [...new Set([...instants, ...scheduled])].filter((one) => one >= 0 && one <= DAYS * DAY);
};

/** The events of an account's keys in 120 days, and the instants at which the rule runs. */
export const inactivityStory = fc
  .record({
    maxInactiveDays: fc.constantFrom(0, 1, 10, 30, 30, 89, 90),
    refreshDays: fc.constantFrom(0, 7, 365),
    users: fc.array(fc.array(earlierKey, { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .chain(({ users, ...policy }) => {
    const keys = users.flat().length;
    return fc.record({
      policy: fc.constant(policy),
      users: fc.constant(users),
      events: fc
        .array(fc.oneof(burst(keys), burst(keys), burst(keys), flicker(keys)), {
          minLength: 1,
          maxLength: 3 * keys,
        })
        .map((bursts) => bursts.flat().sort((one, other) => one.milliseconds - other.milliseconds)),
      looks: fc.array(look(policy.maxInactiveDays), { minLength: 1, maxLength: 6 }),
    });
  })
  .map(({ looks, ...story }) => ({ ...story, looks: instantsOf(looks, story.events) }));
