import fc from 'fast-check';

/** The number of days that a user is watched. */
export const DAYS = 120;

/**
 * The minutes of a day at which users and operators act. CloudTrail shows what happens in the last one only after midnight,
 * when automatic mode runs. AWS Config evaluates at noon.
 */
export const SLOTS = [190, 560, 1110, 1430] as const;

const dayUpTo = (max: number) => fc.integer({ min: 1, max });

/** What happens every so many days. */
export type Job = { readonly every: number; readonly phase: number; readonly slot: number };

/** Tells whether a job runs on a day in a slot. */
export const isDue = ({ every, phase, slot }: Job, day: number, now: number): boolean =>
  slot === now && (day + phase) % every === 0;

/** Returns the last day before the first one on which a job runs. */
export const lastDueBefore = ({ every, phase }: Job): number => (phase === 0 ? -every : -phase);

const jobEvery = (...days: readonly number[]): fc.Arbitrary<Job> =>
  fc.constantFrom(...days).chain((every) =>
    fc.record({
      every: fc.constant(every),
      phase: fc.nat(every - 1),
      slot: fc.nat(SLOTS.length - 1),
    }),
  );

const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>, weight: number) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight, arbitrary });

/** A key that exists on the first day. A key without a job is forgotten. */
const firstKey = fc.record({
  createdDays: fc.integer({ min: 1, max: 400 }),
  job: sometimes(jobEvery(1, 1, 7, 30, 180, 365), 12),
});

/** A new key takes over the job of the first key. The old key is used for some days more, then an operator disposes of it. */
const rotation = fc.record({
  day: dayUpTo(80),
  deployedAfter: fc.constantFrom(0, 1, 6, 13, 20),
  overlap: fc.constantFrom(0, 0, 2, 10, 30),
  disposal: fc.constantFrom('forgotten', 'forgotten', 'forgotten', 'Inactive', 'deleted'),
});

/** How an operator undoes every deactivation by the runbook, a number of slots later: often minutes before midnight. */
const undo = fc.record({
  by: fc.constantFrom('UndoCommand', 'ReactivateAccessKey'),
  slots: fc.oneof(fc.constantFrom(3, 7), fc.constantFrom(0, 40, 4 * 88), fc.nat(4 * 90 - 1)),
});

/** A thief uses a key for some days. AWS may quarantine the user. */
const theft = fc.record({
  day: dayUpTo(100),
  days: fc.integer({ min: 1, max: 20 }),
  key: fc.nat(1),
  quarantinedAfter: sometimes(fc.integer({ min: 0, max: 10 }), 4),
});

/** What happens to the keys of a user in `DAYS` days. */
export const life = fc.record({
  keys: fc.array(firstKey, { minLength: 1, maxLength: 2 }),
  rotations: fc.array(rotation, { maxLength: 2 }),
  undo: sometimes(undo, 8),
  theft: sometimes(theft, 1),
  terraform: sometimes(jobEvery(1, 3, 7, 30), 1),
});

export type Life = typeof life extends fc.Arbitrary<infer Value> ? Value : never;
