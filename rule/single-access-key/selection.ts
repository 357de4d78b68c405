import { type AccessKey, idleSince, isActive, sortKeysBy, wasUsed } from '../keys/access-key.ts';
import { isDaysBefore } from '../keys/days.ts';
import { type CompliancePolicy, countedKeys } from './compliance-reason.ts';

/** How long a selected key must have been idle, and the instant of the evaluation. */
export type SelectionPolicy = { readonly minimumIdleDays: number; readonly at: Date };

/** Why no key is selected. `longestIdle` is the key that would be deactivated, `keep` the key that would stay. */
export type Refusal =
  | { readonly reason: 'LastActiveKey' }
  | { readonly reason: 'Tie'; readonly longestIdle: AccessKey; readonly other: AccessKey }
  | {
      readonly reason: 'NewKeyNeverUsed' | 'IdleTooShort';
      readonly longestIdle: AccessKey;
      readonly keep: AccessKey;
    };

/** Tells whether no key is selected because inactive keys are tied: one of them has to be deleted, not deactivated. */
export const isDeletionTie = (refusal: Refusal): boolean =>
  refusal.reason === 'Tie' && !isActive(refusal.longestIdle);

/** The key to deactivate and the key to keep, or why no key is selected. */
type Selection =
  | { readonly deactivate: AccessKey; readonly keep: AccessKey; readonly refusal?: never }
  | { readonly refusal: Refusal };

/** Sorts keys by idle time, the key that has been idle longest first. */
export const sortByIdleTime = (keys: readonly AccessKey[]): readonly AccessKey[] =>
  sortKeysBy(keys, idleSince);

/** At least two keys: one can be deactivated while another one stays. */
type Keys = readonly [AccessKey, AccessKey, ...AccessKey[]];

const areSeveral = (keys: readonly AccessKey[]): keys is Keys => keys.length > 1;

const areTied = (one: AccessKey, other: AccessKey): boolean =>
  idleSince(one).getTime() === idleSince(other).getTime();

const isIdleLongEnough = (key: AccessKey, { minimumIdleDays, at }: SelectionPolicy): boolean =>
  minimumIdleDays === 0 || isDaysBefore(idleSince(key), minimumIdleDays, at);

/**
 * Selects the active key to deactivate: the key that has been idle longest. The key that was used last is kept.
 *
 * Scenarios:
 *   1  fewer than two active keys                                → LastActiveKey
 *   2  two keys have been idle longest, since the same instant   → Tie
 *   3  the longest-idle key was used, the key to keep never was  → NewKeyNeverUsed: it may not be deployed yet
 *   4  the longest-idle key is idle for less than `minimumIdleDays` → IdleTooShort
 *   5  otherwise                                                 → the longest-idle key
 * Boundary: idle for exactly `minimumIdleDays` × 24 hours is long enough; with 0 days, every key is.
 */
export const selectAccessKey = (keys: readonly AccessKey[], policy: SelectionPolicy): Selection => {
  const active = sortByIdleTime(keys.filter(isActive));
  if (!areSeveral(active)) return { refusal: { reason: 'LastActiveKey' } };
  const [longestIdle, other, ...rest] = active;
  const keep = rest.at(-1) ?? other;
  if (areTied(longestIdle, other)) return { refusal: { reason: 'Tie', longestIdle, other } };
  if (wasUsed(longestIdle) && !wasUsed(keep))
    return { refusal: { reason: 'NewKeyNeverUsed', longestIdle, keep } };
  if (!isIdleLongEnough(longestIdle, policy))
    return { refusal: { reason: 'IdleTooShort', longestIdle, keep } };
  return { deactivate: longestIdle, keep };
};

/** The parameters that decide how many keys may stay and which key is selected. */
export type RecommendationPolicy = CompliancePolicy & SelectionPolicy;

/** What to do first about a user with too many keys. After that, `more` further keys are too many. */
export type Recommendation =
  | { readonly deactivate: AccessKey; readonly keep: AccessKey; readonly more: number }
  | { readonly delete: AccessKey; readonly keep: AccessKey | undefined; readonly more: number }
  | { readonly refusal: Refusal };

/** Selects the inactive key that has been idle longest. A tie does not matter if all inactive keys must be deleted. */
const selectDeletion = (keys: readonly AccessKey[], excess: number): Recommendation | undefined => {
  const inactive = sortByIdleTime(keys.filter((key) => !isActive(key)));
  const [longestIdle, other] = inactive;
  if (longestIdle === undefined) return undefined;
  if (other !== undefined && areTied(longestIdle, other) && inactive.length > excess)
    return { refusal: { reason: 'Tie', longestIdle, other } };
  const keep = sortByIdleTime(keys).findLast((key) => key !== longestIdle);
  return { delete: longestIdle, keep, more: excess - 1 };
};

/**
 * Recommends what to do about a user with too many keys.
 *
 * Scenarios:
 *   1  more active keys than allowed                      → deactivate the selected key, or why no key is selected
 *   2  inactive keys count, and only they are too many    → delete the inactive key that has been idle longest
 *   3  as 2, but two are tied and one of them may stay    → Tie
 */
export const recommend = (
  keys: readonly AccessKey[],
  policy: RecommendationPolicy,
): Recommendation => {
  const active = keys.filter(isActive);
  const excess = countedKeys(keys, policy).length - policy.maxActiveAccessKeys;
  const deletion =
    active.length <= policy.maxActiveAccessKeys ? selectDeletion(keys, excess) : undefined;
  if (deletion !== undefined) return deletion;
  const selection = selectAccessKey(active, policy);
  return selection.refusal === undefined ? { ...selection, more: excess - 1 } : selection;
};
