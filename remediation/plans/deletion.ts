import { describeUse } from '../../rule/evaluation/annotation.ts';
import type { UserFacts } from '../../rule/evaluation/facts.ts';
import type { FoundUser } from '../../rule/evaluation/find-user.ts';
import { describeInactivity } from '../../rule/inactive-access-key/annotation.ts';
import {
  type InactivePolicy,
  inactivitiesOf,
  isTooLong,
} from '../../rule/inactive-access-key/inactive-access-key.ts';
import type { Inactivity } from '../../rule/inactive-access-key/inactivity.ts';
import { type AccessKey, wasUsed } from '../../rule/keys/access-key.ts';
import { addDays, date, isDaysBefore } from '../../rule/keys/days.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
import type { InputOf } from '../planner/input.ts';
import { listCommand, remediateCommand } from './commands.ts';
import { asDryRun, type Plan, planTo } from './plan.ts';

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type DeletionPolicy = InactivePolicy &
  Pick<InputOf<'DeleteInactiveAccessKey'>, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName'> &
  Partial<Pick<InputOf<'DeleteInactiveAccessKey'>, 'MinimumInactiveDays'>>;

/** Since when each inactive key has been so, as somebody sees it who has not looked before. */
export const inactivitiesNow = (found: UserFacts, history: KeyHistory): readonly Inactivity[] =>
  inactivitiesOf(found, history, () => ({}));

/** Days after its deactivation from which on a use is no matter of IAM's delay, or of a coarse time. */
const DELAY_IN_DAYS = 1;

/** A use says otherwise than the events: since the deactivation, or within the days asked for. */
const wasUsedSince = (inactivity: Inactivity, { maxInactiveDays, at }: DeletionPolicy): boolean => {
  const { LastUsedDate } = inactivity.key;
  if (LastUsedDate === undefined) return false;
  const isAfter = 'event' in inactivity && LastUsedDate >= addDays(inactivity.since, DELAY_IN_DAYS);
  return isAfter || !isDaysBefore(LastUsedDate, maxInactiveDays, at);
};

/** Why the key may not be deleted; nothing when it may. */
export const findObjection = (
  inactivity: Inactivity,
  policy: DeletionPolicy,
): string | undefined => {
  const { maxInactiveDays } = policy;
  const known = describeInactivity(inactivity);
  if ('unknown' in inactivity) return `${known}: expected ${maxInactiveDays} days`;
  if (!isTooLong(inactivity, policy)) return `${known}, less than ${maxInactiveDays} days`;
  return wasUsedSince(inactivity, policy)
    ? `${known}, yet ${describeUse(inactivity.key)}`
    : undefined;
};

const describeEvidence = (inactivity: Inactivity): string =>
  'event' in inactivity
    ? `inactive since ${inactivity.since.toISOString()}, CloudTrail event ${inactivity.event.eventID}`
    : `${describeInactivity(inactivity)}, as no event of its deactivation is in CloudTrail's history`;

/** When the key was made, and last used: `created 2026-01-01, never used`. */
const describeLife = (key: AccessKey): string =>
  `created ${date(key.CreateDate)}, ${wasUsed(key) ? describeUse(key) : 'never used'}`;

/** The plan to delete the key, with the evidence for it. */
export const deleteKey = (
  { user }: Pick<FoundUser, 'user'>,
  inactivity: Inactivity,
  policy: DeletionPolicy,
): Plan => {
  const { AccessKeyId } = inactivity.key;
  const evidence = `${describeEvidence(inactivity)}; ${describeLife(inactivity.key)}`;
  const plan = planTo('Delete', user, {
    AccessKeyId,
    Reason: `${AccessKeyId} is deleted for good: ${evidence}; ${policy.maxInactiveDays} days asked for, UTC dates`,
    Basis: evidence,
    NextCommand: listCommand(user),
    Evidence: 'event' in inactivity ? 'CloudTrail' : 'NoEvent',
  });
  if (!policy.DryRun) return plan;
  // A remediation names no key and no days: with either of them it may decide otherwise.
  return policy.AccessKeyId === undefined && policy.MinimumInactiveDays === undefined
    ? asDryRun(plan, remediateCommand(policy.ConfigRuleName, user.UserId))
    : asDryRun(plan);
};

const startOf = (inactivity: Inactivity): number =>
  'event' in inactivity ? inactivity.since.getTime() : Number.NEGATIVE_INFINITY;

/** The one inactive longest first; equal ones stay in the order of their ids, so that two plans agree. */
export const byInactivity = (one: Inactivity, other: Inactivity): number =>
  // Of two without an event the difference is no number.
  startOf(one) - startOf(other) || 0;
