import type { RuleParameters } from '../evaluation/parameters.ts';
import type { UserKeys } from '../evaluation/user-rule.ts';
import { type AccessKey, idleSince, isActive, sortKeysBy, wasUsed } from '../keys/access-key.ts';
import { addDays, isDaysBefore } from '../keys/days.ts';
import { type CompliancePolicy, countedKeys } from './compliance-reason.ts';

/** The parameters that decide which key is selected, and the instant of the evaluation. */
export type SelectionPolicy = Pick<RuleParameters, 'minimumIdleDays' | 'maxAccessKeyAge'> & {
  readonly at: Date;
};

/** Why no key is selected. `longestIdle` is the key that would be deactivated or deleted, `keep` the key that would stay. */
export type Refusal =
  | { readonly reason: 'LastActiveKey' }
  | { readonly reason: 'Quarantined'; readonly longestIdle: AccessKey; readonly policy: string }
  | {
      readonly reason: 'IdleTooShort' | 'RotationUnfinished' | 'NewKeyNeverUsed';
      readonly longestIdle: AccessKey;
      readonly keep: AccessKey;
    }
  | { readonly reason: 'Tie'; readonly longestIdle: AccessKey; readonly other: AccessKey };

/** Tells whether no key is selected of the inactive keys: one of them has to be deleted, not deactivated. */
export const isForDeletion = (refusal: Refusal): boolean =>
  'longestIdle' in refusal && !isActive(refusal.longestIdle);

/** The key to deactivate and the key to keep, or why no key is selected. */
type Selection =
  | { readonly deactivate: AccessKey; readonly keep: AccessKey; readonly refusal?: never }
  | { readonly refusal: Refusal };

/**
 * Sorts keys by idle time, the key that has been idle longest first. Of keys that have been idle since the same instant,
 * the newer one is first.
 */
const sortByIdleTime = (keys: readonly AccessKey[]): readonly AccessKey[] =>
  sortKeysBy(keys, ({ CreateDate }) => new Date(-CreateDate.getTime())).toSorted(
    (one, other) => idleSince(one).getTime() - idleSince(other).getTime(),
  );

/** Returns the key that was used most recently; if no key was ever used, the newest one. */
export const mostRecentlyUsed = (keys: readonly [AccessKey, ...AccessKey[]]): AccessKey =>
  sortByIdleTime(keys).reduce((one, other) => (wasUsed(one) && !wasUsed(other) ? one : other));

/** At least two keys: one can be deactivated while another one stays. */
type Keys = readonly [AccessKey, AccessKey, ...AccessKey[]];

const areSeveral = (keys: readonly AccessKey[]): keys is Keys => keys.length > 1;

const areTied = (one: AccessKey, other: AccessKey): boolean =>
  idleSince(one).getTime() === idleSince(other).getTime();

const isIdleLongEnough = (key: AccessKey, { minimumIdleDays, at }: SelectionPolicy): boolean =>
  minimumIdleDays === 0 || isDaysBefore(idleSince(key), minimumIdleDays, at);

/** Tells whether a key is at most `maxAccessKeyAge` days old. */
const isYoung = ({ CreateDate }: AccessKey, { maxAccessKeyAge, at }: SelectionPolicy): boolean =>
  addDays(CreateDate, maxAccessKeyAge) >= at;

/** A young key is always newer than a key that is not young. */
const isRotationUnfinished = (
  longestIdle: AccessKey,
  keep: AccessKey,
  policy: SelectionPolicy,
): boolean => policy.maxAccessKeyAge > 0 && isYoung(longestIdle, policy) && !isYoung(keep, policy);

const isNewKeyNeverUsed = (
  longestIdle: AccessKey,
  keep: AccessKey,
  policy: SelectionPolicy,
): boolean =>
  wasUsed(longestIdle) && !wasUsed(keep) && (policy.maxAccessKeyAge === 0 || isYoung(keep, policy));

/** The keys of a user, and the policy that quarantines it. */
type Candidates = Pick<UserKeys, 'keys' | 'quarantinePolicy'>;

/**
 * Selects the active key to deactivate: the key that has been idle longest. The key that was used most recently is kept.
 *
 * Scenarios, of which the first applies:
 *   1  fewer than two active keys                                     → LastActiveKey
 *   2  AWS has quarantined the user: one of its keys is exposed       → Quarantined: recent use proves nothing
 *   3  the longest-idle key is idle for less than `minimumIdleDays`   → IdleTooShort
 *   4  the longest-idle key is at most `maxAccessKeyAge` days old, the key to keep is older
 *                                                                     → RotationUnfinished: the key in use is the one to retire
 *   5  the longest-idle key was used, the key to keep never was and is at most `maxAccessKeyAge` days old
 *                                                                     → NewKeyNeverUsed: it may not be deployed yet
 *   6  two keys have been idle longest, since the same instant        → Tie
 *   7  otherwise                                                      → the longest-idle key
 * Boundaries: idle for exactly `minimumIdleDays` × 24 hours is long enough; with 0 days, every key is. A key of exactly
 * `maxAccessKeyAge` × 24 hours is not older; with 0 days, 4 never applies, and 5 applies at any age.
 */
export const selectAccessKey = (
  { keys, quarantinePolicy }: Candidates,
  policy: SelectionPolicy,
): Selection => {
  const active = sortByIdleTime(keys.filter(isActive));
  if (!areSeveral(active)) return { refusal: { reason: 'LastActiveKey' } };
  const [longestIdle, other, ...rest] = active;
  const keep = mostRecentlyUsed([other, ...rest]);
  if (quarantinePolicy !== undefined)
    return { refusal: { reason: 'Quarantined', longestIdle, policy: quarantinePolicy } };
  if (!isIdleLongEnough(longestIdle, policy))
    return { refusal: { reason: 'IdleTooShort', longestIdle, keep } };
  if (isRotationUnfinished(longestIdle, keep, policy))
    return { refusal: { reason: 'RotationUnfinished', longestIdle, keep } };
  if (isNewKeyNeverUsed(longestIdle, keep, policy))
    return { refusal: { reason: 'NewKeyNeverUsed', longestIdle, keep } };
  if (areTied(longestIdle, other)) return { refusal: { reason: 'Tie', longestIdle, other } };
  return { deactivate: longestIdle, keep };
};

/** The parameters that decide how many keys may stay and which key is selected. */
export type RecommendationPolicy = CompliancePolicy & SelectionPolicy;

/** What to do first about a user with too many keys. After that, `more` further keys are too many. */
export type Recommendation =
  | { readonly deactivate: AccessKey; readonly keep: AccessKey; readonly more: number }
  | { readonly delete: AccessKey; readonly keep: AccessKey | undefined; readonly more: number }
  | { readonly refusal: Refusal };

/**
 * Selects the inactive key that has been idle longest. The active key that was used most recently is kept, or an inactive
 * key if no key is active. A tie does not matter if all inactive keys must be deleted.
 */
const selectDeletion = (
  { keys, quarantinePolicy }: Candidates,
  excess: number,
): Recommendation | undefined => {
  const active = keys.filter(isActive);
  const [longestIdle, ...others] = sortByIdleTime(keys.filter((key) => !isActive(key)));
  if (longestIdle === undefined) return undefined;
  if (quarantinePolicy !== undefined)
    return { refusal: { reason: 'Quarantined', longestIdle, policy: quarantinePolicy } };
  const [other] = others;
  if (other !== undefined && areTied(longestIdle, other) && others.length >= excess)
    return { refusal: { reason: 'Tie', longestIdle, other } };
  const [kept, ...rest] = active.length > 0 ? active : others;
  const keep = kept && mostRecentlyUsed([kept, ...rest]);
  return { delete: longestIdle, keep, more: excess - 1 };
};

/**
 * Recommends what to do about a user with too many keys.
 *
 * Scenarios:
 *   1  more active keys than allowed                      → deactivate the selected key, or why no key is selected
 *   2  inactive keys count, and only they are too many    → delete the inactive key that has been idle longest
 *   3  as 2, but AWS has quarantined the user             → Quarantined
 *   4  as 2, but two are tied and one of them may stay    → Tie
 */
export const recommend = (user: Candidates, policy: RecommendationPolicy): Recommendation => {
  const active = user.keys.filter(isActive);
  const excess = countedKeys(user.keys, policy).length - policy.maxActiveAccessKeys;
  const deletion =
    active.length <= policy.maxActiveAccessKeys ? selectDeletion(user, excess) : undefined;
  if (deletion !== undefined) return deletion;
  const selection = selectAccessKey(user, policy);
  return selection.refusal === undefined ? { ...selection, more: excess - 1 } : selection;
};
