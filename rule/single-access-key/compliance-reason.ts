import type { RuleParameters } from '../evaluation/parameters.ts';
import type { UserKeys } from '../evaluation/user-rule.ts';
import { type AccessKey, isActive, sortKeysBy } from '../keys/access-key.ts';
import { addDays, isDaysBefore } from '../keys/days.ts';
import { isExempt, readExemption } from '../keys/exemption.ts';

/** Why a user is COMPLIANT. */
export type ComplianceReason =
  | { readonly reason: 'WithinMaximum' }
  | { readonly reason: 'RotationGrace'; readonly newest: AccessKey; readonly until: Date }
  | { readonly reason: 'Exemption'; readonly tagKey: string; readonly until: string };

/** The parameters that decide the compliance, and the instant of the evaluation. */
export type CompliancePolicy = Pick<
  RuleParameters,
  'maxActiveAccessKeys' | 'countInactiveAccessKeys' | 'rotationGraceDays' | 'exemptionTagKey'
> & { readonly at: Date };

/** Returns the keys that count: the active keys, or all keys with `countInactiveAccessKeys`. */
export const countedKeys = (
  keys: readonly AccessKey[],
  { countInactiveAccessKeys }: Pick<CompliancePolicy, 'countInactiveAccessKeys'>,
): readonly AccessKey[] => (countInactiveAccessKeys ? keys : keys.filter(isActive));

/** Without a grace period, this is false even for a key that was created after the instant of the evaluation. */
const isInGrace = (newest: AccessKey, { rotationGraceDays, at }: CompliancePolicy): boolean =>
  rotationGraceDays > 0 && !isDaysBefore(newest.CreateDate, rotationGraceDays, at);

/**
 * Returns why a user is COMPLIANT, or undefined if it is NON_COMPLIANT.
 *
 * Scenarios:
 *   1  counted keys ≤ `maxActiveAccessKeys`, or no key                 → WithinMaximum
 *   2  more, the newest active key is younger than `rotationGraceDays` → RotationGrace
 *   3  more, the date of the exemption tag has not passed              → Exemption
 * Boundary: a key of exactly `rotationGraceDays` × 24 hours is not younger; an exemption lasts until the end of its day, UTC.
 */
export const findComplianceReason = (
  { keys, exemption: value }: Pick<UserKeys, 'keys' | 'exemption'>,
  policy: CompliancePolicy,
): ComplianceReason | undefined => {
  if (countedKeys(keys, policy).length <= policy.maxActiveAccessKeys)
    return { reason: 'WithinMaximum' };
  const newest = sortKeysBy(keys.filter(isActive), ({ CreateDate }) => CreateDate).at(-1);
  if (newest !== undefined && isInGrace(newest, policy)) {
    const until = addDays(newest.CreateDate, policy.rotationGraceDays);
    return { reason: 'RotationGrace', newest, until };
  }
  const exemption = readExemption(value, policy);
  return isExempt(exemption) ? { reason: 'Exemption', ...exemption } : undefined;
};

/** Returns the key of the tag that can still make the user COMPLIANT, if any. */
export const requiredTag = (
  user: Pick<UserKeys, 'keys' | 'exemption'>,
  policy: CompliancePolicy,
): string | undefined =>
  findComplianceReason(user, policy) === undefined ? policy.exemptionTagKey : undefined;
