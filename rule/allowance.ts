import { type AccessKey, isActive } from './access-key.ts';
import { addDays, isDaysBefore } from './days.ts';
import { type Exemption, readExemption } from './exemption.ts';
import type { RuleParameters } from './parameters.ts';

/** What is known of a user: its keys, and the value of its exemption tag where it has one and it was asked for. */
export type UserFacts = {
  readonly keys: readonly AccessKey[];
  readonly exemption?: string | undefined;
};

/** Why a user may have the active keys that it has. */
export type Allowance =
  | { readonly reason: 'WithinMaximum' }
  | { readonly reason: 'RotationGrace'; readonly newest: AccessKey; readonly until: Date }
  | { readonly reason: 'Exemption'; readonly tag: string; readonly until: string };

/** By what an allowance is found. */
export type AllowancePolicy = Pick<
  RuleParameters,
  'maxActiveAccessKeys' | 'rotationGraceDays' | 'exemptionTag'
> & { readonly at: Date };

/** What the exemption tag says, where there is one to obey and the user has it. */
export const exemptionOf = (
  { exemption }: Pick<UserFacts, 'exemption'>,
  { exemptionTag, at }: Pick<AllowancePolicy, 'exemptionTag' | 'at'>,
): Exemption | undefined =>
  exemptionTag === undefined || exemption === undefined ? undefined : readExemption(exemption, at);

/** The newest key; of equal ones always the same, whatever the order in which IAM lists them. */
const newestOf = (keys: readonly AccessKey[]): AccessKey | undefined =>
  keys.toSorted(
    (one, other) =>
      other.CreateDate.getTime() - one.CreateDate.getTime() ||
      (one.AccessKeyId < other.AccessKeyId ? -1 : 1),
  )[0];

/**
 * Why the user may have its active keys; nothing when it may not.
 *
 * Scenarios:
 *   1  active keys ≤ `maxActiveAccessKeys`, none included                 → WithinMaximum
 *   2  more, the newest active one younger than `rotationGraceDays`       → RotationGrace
 *   3  more, and the exemption tag's date is not over                     → Exemption
 * Boundary: a key of exactly `rotationGraceDays` × 24 hours is not younger; an exemption holds to the end of its day, UTC.
 */
export const findAllowance = (facts: UserFacts, policy: AllowancePolicy): Allowance | undefined => {
  const { maxActiveAccessKeys, rotationGraceDays, exemptionTag, at } = policy;
  const active = facts.keys.filter(isActive);
  const newest = newestOf(active);
  if (newest === undefined || active.length <= maxActiveAccessKeys)
    return { reason: 'WithinMaximum' };
  // Without a grace a key is in none, even one that is made after the instant of the evaluation.
  if (rotationGraceDays > 0 && !isDaysBefore(newest.CreateDate, rotationGraceDays, at))
    return {
      reason: 'RotationGrace',
      newest,
      until: addDays(newest.CreateDate, rotationGraceDays),
    };
  const exemption = exemptionOf(facts, policy);
  if (exemptionTag === undefined || exemption === undefined || exemption.problem !== undefined)
    return undefined;
  return { reason: 'Exemption', tag: exemptionTag, until: exemption.until };
};

/** What has to be asked for beside a user's keys. */
export type Needs = {
  /** The key of a tag of the user, if its value has to be known. */
  readonly tag: (keys: readonly AccessKey[]) => string | undefined;
  /** Whether the last use of the active keys has to be known. */
  readonly lastUse: (facts: UserFacts) => boolean;
};

/** What a verdict needs: the tag of a user that nothing else allows its keys, their last use where nothing does. */
export const needsOf = (policy: AllowancePolicy): Needs => ({
  tag: (keys) => (findAllowance({ keys }, policy) === undefined ? policy.exemptionTag : undefined),
  lastUse: (facts) => findAllowance(facts, policy) === undefined,
});
