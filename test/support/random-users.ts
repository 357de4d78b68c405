import fc from 'fast-check';
import { expect } from 'vitest';
import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';
import type { createClock } from '../local-account/clock.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import { at, daysBefore } from './build.ts';
import type { DeployedAccount } from './deployed-account.ts';

/** An instant of the 1,000 days before `at`. */
export const instant: fc.Arbitrary<Date> = fc
  .oneof(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 1000, noNaN: true }))
  .map((days) => daysBefore(days));

const STATUSES = ['Active', 'Active', 'Inactive', 'Expired'];

const accessKey = (statuses: readonly string[]) =>
  fc.record({
    AccessKeyId: fc.stringMatching(/^AKIA[A-Z2-7]{16}$/),
    Status: fc.constantFrom(...statuses),
    CreateDate: instant,
    LastUsedDate: fc.option(instant, { nil: undefined }),
    ServiceName: fc.constantFrom(undefined, 's3', 'ses-smtp', 's'.repeat(64)),
    Region: fc.constantFrom(undefined, 'eu-west-1', 'ap-southeast-1'),
  });

/** Different keys in any order. */
export const accessKeys = (maxLength: number, statuses = STATUSES): fc.Arbitrary<AccessKey[]> =>
  fc.uniqueArray(accessKey(statuses), { selector: ({ AccessKeyId }) => AccessKeyId, maxLength });

/** User names as IAM allows them, many of the greatest length. */
const userName = fc.oneof(
  fc.stringMatching(/^[\w+=,.@-]{64}$/),
  fc.stringMatching(/^[\w+=,.@-]{1,64}$/),
);

/** The name of an AWS managed policy that quarantines a user. */
export const QUARANTINE = 'AWSCompromisedKeyQuarantineV3';

/** Parts of tag values that look like parts of annotations. */
const HOSTILE = [
  ...["'", "', expected a date such as 2026-12-31.", '\\', ' (', ')', '. ', '; ', ': ', '\u2028'],
  ...['Deactivate ', 'Delete ', 'Cannot safely select ', 'AKIAFORGEDFORGEDFORGE'],
  ...[' has been inactive since 2000-01-01', ' has been inactive for at least 90 days'],
  ...[' As of 2026-01-31 UTC.', '2026-12-31', 'é'],
];

/** Any value of a tag, often a hostile one. */
export const tagValue: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 20 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join('').slice(0, 256));

/** A user whose tag exempts, does not exempt, or is absent. */
export const userWithKeys = (maxLength: number, statuses = STATUSES): fc.Arbitrary<UserKeys> =>
  fc.record({
    UserId: fc.constant('AIDAXXXXXXXXXXXXALICE'),
    UserName: userName,
    keys: accessKeys(maxLength, statuses),
    exemption: fc.oneof(
      fc.constantFrom(undefined, '2026-01-30', '2026-01-31', '2999-12-31', 'never', ''),
      tagValue,
    ),
    quarantinePolicy: fc.constantFrom(undefined, undefined, undefined, QUARANTINE),
  });

/** The key of the exemption tag, if any: short, of the greatest length, or not ASCII. */
export const exemptionTagKey = fc.constantFrom(undefined, 'keys-until', 'k'.repeat(128), '期限');

/** Every parameter of `iam-user-single-access-key` that decides. */
export const singlePolicy = fc.record({
  maxActiveAccessKeys: fc.constantFrom(1, 1, 1, 2, 10),
  countInactiveAccessKeys: fc.boolean(),
  rotationGraceDays: fc.constantFrom(0, 0, 90),
  minimumIdleDays: fc.constantFrom(0, 7, 365),
  maxAccessKeyAge: fc.constantFrom(0, 90, 90, 365),
  exemptionTagKey,
  at: fc.constant(at),
});

/** Expects the user first, the date last, at most 256 ASCII characters, and only whole key ids. */
export const expectWholeAnnotation = (annotation: string, { UserName, keys }: UserKeys): void => {
  const start = `${UserName}: `;
  expect(annotation.startsWith(start)).toBe(true);
  expect(annotation).toMatch(/^[\x20-\x7e]{1,256}$/);
  expect(annotation).toMatch(/ As of 2026-01-31 UTC\.$/);
  const ids = keys.map(({ AccessKeyId }) => AccessKeyId);
  // A quoted tag value can contain any text.
  const ours = annotation.slice(start.length).replace(/'[^']*'/, '');
  for (const [named] of ours.matchAll(/\bAKIA\w*/g)) expect(ids).toContain(named);
};

/** The exemption tag. */
export const TAG = 'keys-until';

/** A key at `at`. Ages end in half a day, because a little time passes while runbooks run. */
export type RandomKey = {
  readonly createdDays: number;
  readonly usedDays: number | undefined;
  /** Days since the deactivation; `long` if it is older than the event history; undefined for an active key. */
  readonly inactiveDays: number | 'long' | undefined;
};

/** A user with so many keys, which may exceed the IAM quota of two. */
export type RandomUser = {
  readonly name: string;
  readonly keys: readonly RandomKey[];
  readonly tag: string | undefined;
  readonly isQuarantined: boolean;
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

/** Tag values that exempt, and tag values that do not. */
const VALID = [0, -1, -30, -9000].map((days) => daysBefore(days).toISOString().slice(0, 10));
const INVALID = [daysBefore(1).toISOString().slice(0, 10), '2999-02-30', 'always', '', '2999-1-1'];

export const isExempting = (tag: string | undefined): boolean =>
  tag !== undefined && VALID.includes(tag);

/** Names that are difficult in command lines and paths. */
export const nameOf = (index: number) => `${['-', 'A+b', '=,.@', '_'][index % 4]}user.${index}`;

type Mix = {
  readonly keys: fc.Arbitrary<RandomKey>;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly tag?: fc.Arbitrary<string | undefined>;
};

const anyTag = fc.option(fc.constantFrom(...VALID, ...INVALID), { nil: undefined, freq: 1 });

/** Mostly an exempting tag. */
export const exemptingTag = fc.constantFrom(...VALID, ...VALID, ...INVALID, undefined);

/** The users of an account. */
export const randomUsers = (
  count: number,
  { keys, atLeast = 1, atMost = 3, tag = anyTag }: Mix,
): fc.Arbitrary<readonly RandomUser[]> =>
  fc
    .array(
      fc.record({
        keys: fc.array(keys, { minLength: atLeast, maxLength: atMost }),
        tag,
        isQuarantined: fc.constantFrom(false, false, false, false, true),
      }),
      { minLength: count, maxLength: count },
    )
    .map((users) => users.map((user, index) => ({ ...user, name: nameOf(index) })));

/** Parameters of the rule on active keys. */
export const singleParameters = fc.record({
  maxActiveAccessKeys: fc.constantFrom(1, 1, 1, 2),
  countInactiveAccessKeys: fc.constantFrom(false, false, true),
  rotationGraceDays: fc.constantFrom(0, 0, 5, 30),
  minimumIdleDays: fc.constantFrom(0, 7, 30),
  maxAccessKeyAge: fc.constantFrom(0, 90, 90),
  exemptionTagKey: fc.constantFrom(undefined, TAG),
});

/** Parameters of the rule on inactive keys. */
export const inactiveParameters = fc.record({
  maxInactiveDays: fc.constantFrom(0, 1, 30, 60, 90),
  exemptionTagKey: fc.constantFrom(undefined, TAG),
});

/** Creates the users with the history that leads to their keys at `at`. */
export const liveUntilNow = async (
  account: Pick<DeployedAccount, 'seed' | 'call'>,
  clock: Pick<ReturnType<typeof createClock>, 'now' | 'advance'>,
  users: readonly RandomUser[],
): Promise<readonly LocalUser[]> => {
  const lived = users.map(({ name, keys, tag, isQuarantined }) =>
    account.seed({
      UserName: name,
      attachedPolicies: isQuarantined ? [`arn:aws:iam::aws:policy/${QUARANTINE}`] : [],
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
