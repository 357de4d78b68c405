import { type AccessKey, idleSince, isActive, wasUsed } from '../keys/access-key.ts';
import { isDaysBefore } from '../keys/days.ts';
import { type AllowancePolicy, countedKeys } from './compliance-reason.ts';

/** How a key is chosen: idle for at least `minimumIdleDays` × 24 hours at the instant `at`. */
export type RankingPolicy = { readonly minimumIdleDays: number; readonly at: Date };

/** Why no key is chosen. `candidate` is the key idle longest, `keep` the one that would stay. */
export type Refusal =
  | { readonly reason: 'LastActiveKey' }
  | { readonly reason: 'Tie'; readonly candidate: AccessKey; readonly other: AccessKey }
  | { readonly reason: 'NewKeyNeverUsed'; readonly candidate: AccessKey; readonly keep: AccessKey }
  | { readonly reason: 'IdleTooShort'; readonly candidate: AccessKey; readonly keep: AccessKey };

/** The key to deactivate beside the key to keep, or why there is none. */
export type Choice =
  | { readonly deactivate: AccessKey; readonly keep: AccessKey; readonly refusal?: never }
  | { readonly refusal: Refusal };

/** Keys, the one idle longest first; equal ones by their id, so that an order is always the same. */
export const rankByIdleTime = (keys: readonly AccessKey[]): readonly AccessKey[] =>
  keys.toSorted(
    (one, other) =>
      idleSince(one).getTime() - idleSince(other).getTime() ||
      // Stryker disable next-line EqualityOperator: no two keys have the same id.
      (one.AccessKeyId < other.AccessKeyId ? -1 : 1),
  );

const isIdleLongEnough = (key: AccessKey, { minimumIdleDays, at }: RankingPolicy): boolean =>
  minimumIdleDays === 0 || isDaysBefore(idleSince(key), minimumIdleDays, at);

/**
 * Of a user's active keys, the one idle longest is deactivated and the one idle shortest is kept.
 *
 * Scenarios:
 *   1  fewer than two active keys                              → refused: the last active key stays
 *   2  two keys idle longest, since the same millisecond       → refused: a tie
 *   3  the key to keep was never used, the candidate was       → refused: a rotation not deployed yet
 *   4  the candidate is idle for less than `minimumIdleDays`   → refused: it may be in use, or be new
 *   5  else                                                    → the candidate
 * Boundary: idle for exactly `minimumIdleDays` × 24 hours is long enough; 0 days asks for nothing.
 */
export const chooseAccessKey = (keys: readonly AccessKey[], policy: RankingPolicy): Choice => {
  const ranked = rankByIdleTime(keys.filter(isActive));
  const [candidate, other] = ranked;
  const keep = ranked.at(-1);
  // Without a second key nothing can go.
  // Stryker disable next-line ConditionalExpression: with one there are a first and a last, which the types do not know.
  if (candidate === undefined || other === undefined || keep === undefined)
    return { refusal: { reason: 'LastActiveKey' } };
  if (idleSince(candidate).getTime() === idleSince(other).getTime())
    return { refusal: { reason: 'Tie', candidate, other } };
  if (wasUsed(candidate) && !wasUsed(keep))
    return { refusal: { reason: 'NewKeyNeverUsed', candidate, keep } };
  if (!isIdleLongEnough(candidate, policy))
    return { refusal: { reason: 'IdleTooShort', candidate, keep } };
  return { deactivate: candidate, keep };
};

/** By what a key is chosen, and how many may stay. */
export type AdvicePolicy = AllowancePolicy & RankingPolicy;

/** What a user with more keys than allowed should do first; `more` keys have to go after that one. */
export type Advice =
  | { readonly deactivate: AccessKey; readonly keep: AccessKey; readonly more: number }
  | { readonly delete: AccessKey; readonly keep: AccessKey | undefined; readonly more: number }
  | { readonly refusal: Refusal };

/** Of keys that are not active, the one idle longest; all have to go, or no two share that place. */
const chooseDeletion = (keys: readonly AccessKey[], excess: number): Advice | undefined => {
  const inactive = rankByIdleTime(keys.filter((key) => !isActive(key)));
  const [candidate, other] = inactive;
  if (candidate === undefined) return undefined;
  const isTie =
    other !== undefined && idleSince(candidate).getTime() === idleSince(other).getTime();
  if (isTie && inactive.length > excess) return { refusal: { reason: 'Tie', candidate, other } };
  const keep = rankByIdleTime(keys).findLast((key) => key !== candidate);
  return { delete: candidate, keep, more: excess - 1 };
};

/**
 * What to do about keys of which too many count.
 *
 * Scenarios:
 *   1  more active keys than allowed                      → deactivate the one that the ranking chooses, or its refusal
 *   2  inactive keys count, and only they are too many    → delete the inactive key idle longest
 *   3  2, but two are idle equally long and one may stay  → refused: a tie
 */
export const adviseOn = (keys: readonly AccessKey[], policy: AdvicePolicy): Advice => {
  const active = keys.filter(isActive);
  const excess = countedKeys(keys, policy).length - policy.maxActiveAccessKeys;
  const deletion =
    active.length <= policy.maxActiveAccessKeys ? chooseDeletion(keys, excess) : undefined;
  if (deletion !== undefined) return deletion;
  const choice = chooseAccessKey(active, policy);
  return choice.refusal === undefined ? { ...choice, more: excess - 1 } : choice;
};

/** The advice is to delete a key, not to deactivate one. */
export const isDeletion = (advice: Advice): advice is Extract<Advice, { delete: AccessKey }> =>
  'delete' in advice;
