import { isActive } from '../rule/access-key.ts';
import { findAllowance } from '../rule/allowance.ts';
import { describeAllowance, describeRefusal } from '../rule/annotation.ts';
import type { FoundUser } from '../rule/find-user.ts';
import type { RuleParameters } from '../rule/parameters.ts';
import { chooseAccessKey, rankByIdleTime } from '../rule/ranking.ts';
import { excessOf } from '../rule/single-access-key.ts';
import type { PlannerInput } from './input.ts';
import { deactivate, type Plan, without } from './outcome.ts';

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type PlanPolicy = Omit<RuleParameters, 'refreshDays'> &
  Pick<PlannerInput, 'AccessKeyId' | 'DryRun'> & { readonly at: Date };

const planForNamedKey = (
  { user, keys }: FoundUser,
  AccessKeyId: string,
  { DryRun }: PlanPolicy,
): Plan => {
  const { UserName } = user;
  const about = { ...user, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return without('Refused', `${AccessKeyId} is not an access key of ${UserName}`, about);
  if (!isActive(key))
    return without('NothingToDo', `${AccessKeyId} is not active: it is ${key.Status}`, about);
  const keep = rankByIdleTime(keys).findLast((other) => other !== key);
  if (keep === undefined)
    return without('Refused', `${AccessKeyId} is the last active key of ${UserName}`, about);
  return deactivate({ user, keep }, key, DryRun);
};

/** Why nothing has to be done: the user may have the keys that it has. */
const describeAllowed = ({ user: { UserName }, ...facts }: FoundUser, policy: PlanPolicy) => {
  const allowance = findAllowance(facts, policy);
  if (allowance === undefined) return undefined;
  const excess = excessOf(facts, policy);
  const allowed = describeAllowance(allowance, excess);
  if (allowed !== undefined)
    return `${UserName} is left alone: ${allowed} To decide otherwise, start the runbook with AccessKeyId`;
  const { active } = excess;
  return `${UserName} has ${active} active access key${active === 1 ? '' : 's'}, ${policy.maxActiveAccessKeys} allowed`;
};

const planForChosenKey = (found: FoundUser, policy: PlanPolicy): Plan => {
  const { user, keys } = found;
  const { UserName } = user;
  const allowed = describeAllowed(found, policy);
  if (allowed !== undefined) return without('NothingToDo', allowed, user);
  const choice = chooseAccessKey(keys, policy);
  if (choice.refusal === undefined)
    return deactivate({ user, keep: choice.keep }, choice.deactivate, policy.DryRun);
  const reason = `no key of ${UserName} is chosen: ${describeRefusal(choice.refusal, policy)}`;
  return without('Refused', `${reason}; to decide, start the runbook with AccessKeyId`, user);
};

/**
 * Plans the deactivation of one access key; no plan ever takes the last active one.
 *
 * Scenarios:
 *   1  no user has the id                                     → Refused
 *   2  named key, of another user or of nobody                → Refused
 *   3  named key, not active                                  → NothingToDo
 *   4  named key, the last active one                         → Refused
 *   5  named key, active beside another                       → Deactivate
 *   6  no name, the user may have its keys: `findAllowance`   → NothingToDo, and why
 *   7  no name, the ranking refuses                           → Refused, with its reason
 *   8  no name, the ranking chooses                           → Deactivate
 *   9  5 or 8 with `DryRun`                                   → DryRun
 *
 * @param found  the user and its keys, read just now; the active ones with their last use
 */
export const planDeactivation = (
  UserId: string,
  found: FoundUser | undefined,
  policy: PlanPolicy,
): Plan => {
  if (found === undefined) {
    const reason = `no IAM user of this account has the id ${UserId}; it may be deleted`;
    return without('Refused', reason, { UserId });
  }
  return policy.AccessKeyId === undefined
    ? planForChosenKey(found, policy)
    : planForNamedKey(found, policy.AccessKeyId, policy);
};
