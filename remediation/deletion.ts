import { describeUse } from '../rule/annotation.ts';
import { date, isDaysBefore } from '../rule/days.ts';
import type { FoundUser } from '../rule/find-user.ts';
import { describeInactivity } from '../rule/inactive-access-key/annotation.ts';
import {
  type InactivePolicy,
  inactivitiesOf,
  isTooLong,
} from '../rule/inactive-access-key/inactive-access-key.ts';
import type { Inactivity } from '../rule/inactive-access-key/inactivity.ts';
import type { KeyHistory } from '../rule/key-history.ts';
import { listCommand, remediateCommand } from './commands.ts';
import type { InputOf } from './input.ts';
import { asDryRun, type Plan, planTo } from './plan.ts';

/** By what a plan is made: the runbook's parameters, and the rule's own for what they leave open. */
export type DeletionPolicy = InactivePolicy &
  Pick<InputOf<'DeleteInactiveAccessKey'>, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName'>;

/** Since when each inactive key has been so, as somebody sees it who has not looked before. */
export const inactivitiesNow = (found: FoundUser, history: KeyHistory): readonly Inactivity[] =>
  inactivitiesOf(found, history, () => 'FirstLook');

/** Why the key may not be deleted; nothing when it may. */
export const findObjection = (
  inactivity: Inactivity,
  policy: DeletionPolicy,
): string | undefined => {
  const { LastUsedDate } = inactivity.key;
  if (!isTooLong(inactivity, policy))
    return `${describeInactivity(inactivity)}, less than ${policy.maxInactiveDays} days or unknown`;
  if (LastUsedDate !== undefined && !isDaysBefore(LastUsedDate, policy.maxInactiveDays, policy.at))
    return `${describeInactivity(inactivity)}, yet ${describeUse(inactivity.key)}`;
  return undefined;
};

const describeEvidence = (inactivity: Inactivity): string =>
  'event' in inactivity
    ? `inactive since ${inactivity.since.toISOString()}, CloudTrail event ${inactivity.event.eventID}`
    : `${describeInactivity(inactivity)}, as no event of its deactivation is in CloudTrail's history`;

/** The plan to delete the key, with the evidence for it. */
export const deleteKey = (
  { user }: Pick<FoundUser, 'user'>,
  inactivity: Inactivity,
  policy: DeletionPolicy,
): Plan => {
  const { AccessKeyId, CreateDate } = inactivity.key;
  const evidence = `${describeEvidence(inactivity)}; created ${date(CreateDate)}, ${describeUse(inactivity.key)}`;
  const plan = planTo('Delete', user, {
    AccessKeyId,
    Reason: `${AccessKeyId} is deleted for good: ${evidence}; ${policy.maxInactiveDays} days asked for, UTC dates`,
    NextCommand: listCommand(user),
    Evidence: 'event' in inactivity ? 'CloudTrail' : 'NoEvent',
  });
  if (!policy.DryRun) return plan;
  return policy.AccessKeyId === undefined
    ? asDryRun(plan, remediateCommand(policy.ConfigRuleName, user.UserId))
    : asDryRun(plan);
};

const startOf = (inactivity: Inactivity): number =>
  'event' in inactivity ? inactivity.since.getTime() : Number.NEGATIVE_INFINITY;

/** The one inactive longest first; equal ones by their id, so that two plans agree. */
export const byInactivity = (one: Inactivity, other: Inactivity): number => {
  const [start, otherStart] = [startOf(one), startOf(other)];
  if (start !== otherStart) return start - otherStart;
  return one.key.AccessKeyId < other.key.AccessKeyId ? -1 : 1;
};
