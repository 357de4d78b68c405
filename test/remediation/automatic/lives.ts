import fc from 'fast-check';

/** The number of days that a user is watched. */
export const DAYS = 120;

/**
 * The minutes of a day at which users and operators act. CloudTrail shows what happens in the last one only after midnight,
 * when automatic mode runs. AWS Config evaluates at noon.
 */
export const SLOTS = [190, 560, 1110, 1430] as const;

const slot = fc.nat(SLOTS.length - 1);
const dayUpTo = (max: number) => fc.integer({ min: 0, max });

/** A job that uses a key every so many days. Without a job, a key is forgotten. */
export type Job = { readonly every: number; readonly phase: number; readonly slot: number };

/** Tells whether a job runs on a day. */
export const isDue = ({ every, phase }: Job, day: number): boolean => (day + phase) % every === 0;

/** Returns the last day before a day on which a job runs. */
export const lastDueBefore = (day: number, job: Job | undefined): number | undefined =>
  job && day - 1 - ((day - 1 + job.phase + job.every) % job.every);

const jobEvery = (...days: readonly number[]): fc.Arbitrary<Job> =>
  fc
    .constantFrom(...days)
    .chain((every) => fc.record({ every: fc.constant(every), phase: fc.nat(every - 1), slot }));

/** A key that exists on the first day. */
const firstKey = fc.record({
  createdDays: fc.integer({ min: 1, max: 400 }),
  job: fc.option(jobEvery(1, 1, 7, 30, 180, 365), { nil: undefined, freq: 3 }),
});

/** A new key takes over the job of the first key. The old key is used for some days more, then an operator disposes of it. */
const rotation = fc.record({
  day: dayUpTo(80),
  deployedAfter: fc.constantFrom(0, 1, 6, 13, 20),
  overlap: fc.constantFrom(0, 0, 2, 10, 30),
  disposal: fc.constantFrom('forgotten', 'forgotten', 'forgotten', 'Inactive', 'deleted'),
});

/** How an operator undoes every deactivation by the runbook, a number of slots later. */
const undo = fc.record({
  by: fc.constantFrom('UndoCommand', 'ReactivateAccessKey'),
  slots: fc.oneof(fc.constantFrom(0, 3, 7, 40, 4 * 88), fc.nat(4 * 90)),
});

/** A thief uses a key for some days. AWS may quarantine the user. Then an operator ends the theft. */
const theft = fc.record({
  day: dayUpTo(100),
  days: fc.integer({ min: 1, max: 20 }),
  key: fc.nat(1),
  quarantinedAfter: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
});

/** Infrastructure as code that sets the first key to Active if it is not. */
const terraform = fc.record({ every: fc.constantFrom(1, 3, 7, 30), slot });

/** What happens to the keys of a user in `DAYS` days. */
export type Life = {
  readonly keys: readonly { readonly createdDays: number; readonly job: Job | undefined }[];
  readonly rotations: readonly {
    readonly day: number;
    readonly deployedAfter: number;
    readonly overlap: number;
    readonly disposal: string;
  }[];
  readonly undo: { readonly by: string; readonly slots: number } | undefined;
  readonly theft:
    | {
        readonly day: number;
        readonly days: number;
        readonly key: number;
        readonly quarantinedAfter: number | undefined;
      }
    | undefined;
  readonly terraform: { readonly every: number; readonly slot: number } | undefined;
};

const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>, freq: number) =>
  fc.option(arbitrary, { nil: undefined, freq });

/** Half of the users begin with two keys, the others rotate theirs. */
export const life: fc.Arbitrary<Life> = fc.record({
  keys: fc.array(firstKey, { minLength: 1, maxLength: 2 }),
  rotations: fc.array(rotation, { maxLength: 2 }),
  undo: sometimes(undo, 2),
  theft: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: theft },
  ),
  terraform: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: terraform },
  ),
});
