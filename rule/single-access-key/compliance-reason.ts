import type { RuleParameters } from '../evaluation/parameters.ts';
import type { UserFacts } from '../evaluation/user-rule.ts';
import { type AccessKey, isActive } from '../keys/access-key.ts';
import { addDays, isDaysBefore } from '../keys/days.ts';
import { isExempt, readExemption } from '../keys/exemption.ts';

/** Why a user may have the keys that it has. */
export type Allowance =
  | { readonly reason: 'WithinMaximum' }
  | { readonly reason: 'RotationGrace'; readonly newest: AccessKey; readonly until: Date }
  | { readonly reason: 'Exemption'; readonly tag: string; readonly until: string };

/** By what an allowance is found. */
export type AllowancePolicy = Pick<
  RuleParameters,
  'maxActiveAccessKeys' | 'countInactiveAccessKeys' | 'rotationGraceDays' | 'exemptionTagKey'
> & { readonly at: Date };

/** The keys that count: the active ones, or every one. */
export const countedKeys = (
  keys: readonly AccessKey[],
  { countInactiveAccessKeys }: Pick<AllowancePolicy, 'countInactiveAccessKeys'>,
): readonly AccessKey[] => (countInactiveAccessKeys ? keys : keys.filter(isActive));

/** The newest key; of equal ones always the same, whatever the order in which IAM lists them. */
const newestOf = (keys: readonly AccessKey[]): AccessKey | undefined =>
  keys.toSorted(
    (one, other) =>
      other.CreateDate.getTime() - one.CreateDate.getTime() ||
      // Stryker disable next-line EqualityOperator: no two keys have the same id.
      (one.AccessKeyId < other.AccessKeyId ? -1 : 1),
  )[0];

/** Without a grace a key is in none, even one that is made after the instant of the evaluation. */
const isInGrace = (newest: AccessKey, { rotationGraceDays, at }: AllowancePolicy): boolean =>
  rotationGraceDays > 0 && !isDaysBefore(newest.CreateDate, rotationGraceDays, at);

/**
 * Why the user may have its keys; nothing when it may not.
 *
 * Scenarios:
 *   1  keys that count ≤ `maxActiveAccessKeys`, none included             → WithinMaximum
 *   2  more, the newest active one younger than `rotationGraceDays`       → RotationGrace
 *   3  more, and the exemption tag's date is not over                     → Exemption
 * Boundary: a key of exactly `rotationGraceDays` × 24 hours is not younger; an exemption holds to the end of its day, UTC.
 */
export const findAllowance = (facts: UserFacts, policy: AllowancePolicy): Allowance | undefined => {
  const { keys, exemption: value } = facts;
  if (countedKeys(keys, policy).length <= policy.maxActiveAccessKeys)
    return { reason: 'WithinMaximum' };
  const newest = newestOf(keys.filter(isActive));
  if (newest !== undefined && isInGrace(newest, policy)) {
    const until = addDays(newest.CreateDate, policy.rotationGraceDays);
    return { reason: 'RotationGrace', newest, until };
  }
  const exemption = readExemption(value, policy);
  return isExempt(exemption) ? { reason: 'Exemption', ...exemption } : undefined;
};

/** The tag that may still allow a user its keys, where nothing else does. */
export const tagToAskFor = (facts: UserFacts, policy: AllowancePolicy): string | undefined =>
  findAllowance(facts, policy) === undefined ? policy.exemptionTagKey : undefined;
