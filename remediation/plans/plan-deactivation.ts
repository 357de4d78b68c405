import type { FoundUser } from '../../rule/evaluation/find-user.ts';
import { isActive } from '../../rule/keys/access-key.ts';
import { adviseOn, isDeletion } from '../../rule/single-access-key/advice.ts';
import { findAllowance } from '../../rule/single-access-key/allowance.ts';
import { rankByIdleTime } from '../../rule/single-access-key/ranking.ts';
import { describeAllowance, describeCounts } from '../../rule/single-access-key/violation.ts';
import {
  type DeactivationPolicy,
  deactivate,
  refuseChoice,
  refuseForDeletion,
} from './deactivation.ts';
import { type Plan, without, withoutUser } from './plan.ts';

/** Why nothing has to be done: the user may have the keys that it has. */
const describeAllowed = (
  { user: { UserName }, ...facts }: FoundUser,
  policy: DeactivationPolicy,
) => {
  const allowance = findAllowance(facts, policy);
  if (allowance === undefined) return undefined;
  const allowed = describeAllowance(allowance, facts, policy);
  return allowed === undefined
    ? `${UserName} has ${describeCounts(facts, policy)}`
    : `${UserName} is left alone: ${allowed} To decide otherwise, start the runbook with AccessKeyId`;
};

const planForNamedKey = (
  found: FoundUser,
  AccessKeyId: string,
  policy: DeactivationPolicy,
): Plan => {
  const { user, keys } = found;
  const { UserName } = user;
  const about = { ...user, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return without('Refused', `${AccessKeyId} is not an access key of ${UserName}`, about);
  if (
    !isActive(key) &&
    policy.countInactiveAccessKeys &&
    describeAllowed(found, policy) === undefined
  )
    return refuseForDeletion(found, key, policy);
  if (!isActive(key))
    return without('NothingToDo', `${AccessKeyId} is not active: it is ${key.Status}`, about);
  const keep = rankByIdleTime(keys.filter(isActive)).findLast((other) => other !== key);
  if (keep === undefined)
    return without('Refused', `${AccessKeyId} is the last active key of ${UserName}`, about);
  return deactivate({ user, deactivate: key, keep }, policy);
};

const planForChosenKey = (found: FoundUser, policy: DeactivationPolicy): Plan => {
  const { user, keys } = found;
  const allowed = describeAllowed(found, policy);
  if (allowed !== undefined) return without('NothingToDo', allowed, user);
  const advice = adviseOn(keys, policy);
  if ('refusal' in advice) return refuseChoice(found, advice.refusal, policy);
  if (isDeletion(advice)) return refuseForDeletion(found, advice.delete, policy);
  return deactivate({ user, ...advice }, policy);
};

/**
 * Plans the deactivation of one access key; no plan ever takes the last active one.
 *
 * Scenarios:
 *   1  no user has the id                                     → Refused
 *   2  named key, of another user or of nobody                → Refused
 *   3  named key, not active                                  → NothingToDo; 10 where such keys count
 *   4  named key, the last active one                         → Refused
 *   5  named key, active beside another                       → Deactivate
 *   6  no name, the user may have its keys: `findAllowance`   → NothingToDo, and why
 *   7  no name, the ranking refuses                           → Refused, with its reason
 *   8  no name, the ranking chooses                           → Deactivate
 *   9  5 or 8 with `DryRun`                                   → DryRun
 *  10  only inactive keys are too many, as these count        → Refused, with the command that deletes one
 *
 * @param found  the user and its keys, read just now; those that count with their last use
 */
export const planDeactivation = (
  UserId: string,
  found: FoundUser | undefined,
  policy: DeactivationPolicy,
): Plan => {
  if (found === undefined) return withoutUser(UserId);
  return policy.AccessKeyId === undefined
    ? planForChosenKey(found, policy)
    : planForNamedKey(found, policy.AccessKeyId, policy);
};
