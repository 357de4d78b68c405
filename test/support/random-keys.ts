import fc from 'fast-check';
import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';
import { at, daysBefore } from './build.ts';

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
  });

/** Different keys in any order. */
export const accessKeys = (maxLength: number, statuses = STATUSES): fc.Arbitrary<AccessKey[]> =>
  fc.uniqueArray(accessKey(statuses), { selector: ({ AccessKeyId }) => AccessKeyId, maxLength });

/** User names as IAM allows them, many of the greatest length. */
const userName = fc.oneof(
  fc.stringMatching(/^[\w+=,.@-]{64}$/),
  fc.stringMatching(/^[\w+=,.@-]{1,64}$/),
);

/** A user whose tag exempts, does not exempt, or is absent. */
export const userWithKeys = (maxLength: number, statuses = STATUSES): fc.Arbitrary<UserKeys> =>
  fc.record({
    UserId: fc.constant('AIDAXXXXXXXXXXXXALICE'),
    UserName: userName,
    keys: accessKeys(maxLength, statuses),
    exemption: fc.constantFrom(undefined, '2026-01-30', '2026-01-31', '2999-12-31', 'never', ''),
  });

/** The key of the exemption tag, if any: short, of the greatest length, or not ASCII. */
export const exemptionTagKey = fc.constantFrom(undefined, 'keys-until', 'k'.repeat(128), '期限');

/** Every parameter of `iam-user-single-access-key` that decides. */
export const singlePolicy = fc.record({
  maxActiveAccessKeys: fc.constantFrom(1, 1, 1, 2, 10),
  countInactiveAccessKeys: fc.boolean(),
  rotationGraceDays: fc.constantFrom(0, 0, 90),
  minimumIdleDays: fc.constantFrom(0, 7, 365),
  exemptionTagKey,
  at: fc.constant(at),
});
