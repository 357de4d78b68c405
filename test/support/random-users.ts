import fc from 'fast-check';
import type { createClock } from '../local-account/clock.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import { at, daysBefore } from './build.ts';
import type { DeployedAccount } from './deployed-account.ts';

/** The tag that may exempt, where the rules are told so. */
export const TAG = 'keys-until';

/** A key as it stands at `at`; half a day off, as time goes on a little while runbooks run. */
export type RandomKey = {
  readonly createdDays: number;
  readonly usedDays: number | undefined;
  /** Days since its deactivation, of which CloudTrail tells; `long`, from before its history; or it is active. */
  readonly inactiveDays: number | 'long' | undefined;
};

/** A user with that many keys, more than IAM's own two among them. */
export type RandomUser = {
  readonly name: string;
  readonly keys: readonly RandomKey[];
  readonly tag: string | undefined;
};

const someDays = (...days: number[]) => fc.constantFrom(...days.map((day) => day + 0.5));

export const activeKey: fc.Arbitrary<RandomKey> = fc.record({
  createdDays: someDays(400, 100, 20, 8, 3),
  usedDays: fc.option(someDays(90, 20, 8, 2, 0), { nil: undefined }),
  inactiveDays: fc.constant(undefined),
});

export const inactiveKey: fc.Arbitrary<RandomKey> = fc.oneof(
  fc.record({
    createdDays: someDays(400, 100),
    usedDays: fc.option(someDays(89, 60, 40), { nil: undefined }),
    inactiveDays: someDays(85, 45, 30, 29, 5, 0),
  }),
  fc.record({
    createdDays: fc.constant(400.5),
    usedDays: fc.option(someDays(200, 120), { nil: undefined }),
    inactiveDays: fc.constant('long' as const),
  }),
);

/** The values of a tag that exempts, and of those that do not. */
const VALID = [0, -1, -30, -9000].map((days) => daysBefore(days).toISOString().slice(0, 10));
const INVALID = [daysBefore(1).toISOString().slice(0, 10), '2999-02-30', 'always', '', '2999-1-1'];

export const isExempting = (tag: string | undefined): boolean =>
  tag !== undefined && VALID.includes(tag);

/** Names that are hard on command lines and paths. */
export const nameOf = (index: number) => `${['-', 'A+b', '=,.@', '_'][index % 4]}user.${index}`;

type Mix = {
  readonly keys: fc.Arbitrary<RandomKey>;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly tag?: fc.Arbitrary<string | undefined>;
};

const anyTag = fc.option(fc.constantFrom(...VALID, ...INVALID), { nil: undefined, freq: 1 });

/** Mostly a tag that exempts. */
export const exemptingTag = fc.constantFrom(...VALID, ...VALID, ...INVALID, undefined);

/** Some users of an account. */
export const randomUsers = (
  count: number,
  { keys, atLeast = 1, atMost = 3, tag = anyTag }: Mix,
): fc.Arbitrary<readonly RandomUser[]> =>
  fc
    .array(
      fc.record({
        keys: fc.array(keys, { minLength: atLeast, maxLength: atMost }),
        tag,
      }),
      { minLength: count, maxLength: count },
    )
    .map((users) => users.map((user, index) => ({ ...user, name: nameOf(index) })));

/** The parameters of the rule on the number of keys. */
export const singleParameters = fc.record({
  maxActiveAccessKeys: fc.constantFrom(1, 1, 1, 2),
  countInactiveAccessKeys: fc.constantFrom(false, false, true),
  rotationGraceDays: fc.constantFrom(0, 0, 5, 30),
  minimumIdleDays: fc.constantFrom(0, 7, 30),
  exemptionTagKey: fc.constantFrom(undefined, TAG),
});

/** The parameters of the rule on inactive keys. */
export const inactiveParameters = fc.record({
  maxInactiveDays: fc.constantFrom(1, 30, 60, 90),
  exemptionTagKey: fc.constantFrom(undefined, TAG),
});

/** Lets the days pass in which the users became what they are at `at`; their keys in the order of the plan. */
export const liveUntilNow = async (
  account: DeployedAccount,
  clock: ReturnType<typeof createClock>,
  users: readonly RandomUser[],
): Promise<readonly LocalUser[]> => {
  const lived = users.map(({ name, keys, tag }) =>
    account.seed({
      UserName: name,
      ...(tag !== undefined && { tags: { [TAG]: tag } }),
      keys: keys.map(({ createdDays, usedDays, inactiveDays }) => ({
        CreateDate: daysBefore(createdDays),
        Status: inactiveDays === 'long' ? 'Inactive' : 'Active',
        ...(usedDays !== undefined && {
          lastUsed: { LastUsedDate: daysBefore(usedDays), ServiceName: 's3', Region: 'us-east-1' },
        }),
      })),
    }),
  );
  const deactivations = users.flatMap(({ name, keys }, user) =>
    keys.flatMap(({ inactiveDays }, key) =>
      typeof inactiveDays === 'number'
        ? { UserName: name, AccessKeyId: lived[user]?.keys[key]?.AccessKeyId, inactiveDays }
        : [],
    ),
  );
  const moveTo = (instant: Date) => clock.advance(instant.getTime() - clock.now().getTime());
  for (const { inactiveDays, ...key } of deactivations.toSorted(
    (one, other) => other.inactiveDays - one.inactiveDays,
  )) {
    moveTo(daysBefore(inactiveDays));
    const input = { ...key, Status: 'Inactive' };
    await account.call({
      service: 'iam',
      operation: 'UpdateAccessKey',
      input,
      principal: 'operator',
    });
  }
  moveTo(at);
  return lived;
};
