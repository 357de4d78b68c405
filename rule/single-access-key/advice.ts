import { type AccessKey, idleSince, isActive } from '../keys/access-key.ts';
import { type AllowancePolicy, countedKeys } from './allowance.ts';
import { chooseAccessKey, type RankingPolicy, type Refusal, rankByIdleTime } from './ranking.ts';

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
