import fc from 'fast-check';
import { daysBefore } from './build.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** The days of which a property tells; they end at `at`. */
const DAYS = 120;

/** Where the days begin. */
export const START = daysBefore(DAYS);

/** How a change of a key came about, or did not. */
const BY = [
  'an operator',
  'the user itself',
  'a role',
  'nobody: denied',
  'nobody: failed',
] as const;

/** What happens to one of the keys, some time after the beginning. */
export type KeyEvent = {
  readonly milliseconds: number;
  readonly key: number;
  readonly does: 'Active' | 'Inactive' | 'use';
  readonly by: (typeof BY)[number];
  /** Minutes until CloudTrail shows it. */
  readonly delay: number;
};

/** A key before the beginning: made, and used or not, so many days before; inactive ones are so since before the history. */
export type EarlierKey = {
  readonly createdDays: number;
  readonly usedDays: number | undefined;
  readonly status: 'Active' | 'Inactive';
};

/** When the rule looks: at an instant, or some time after an event, and again some minutes later. */
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

/** An event, and often some more of the same key shortly after it: done again, undone, done once more. */
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

/** A key is made active for some minutes, and inactive again before anybody can see that. */
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

/** The instants at which a rule with that limit looks: at random ones, and around those at which it may change its mind. */
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

/** Days between two sweeps at most; Config's own schedule is a day. */
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

/** What happens to an account's keys in 120 days, in its order, and when a rule with that limit looks at them. */
export const inactivityStory = fc
  .record({
    maxInactiveDays: fc.constantFrom(1, 10, 30, 30, 89, 90),
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

export type InactivityStory =
  typeof inactivityStory extends fc.Arbitrary<infer Story> ? Story : never;
