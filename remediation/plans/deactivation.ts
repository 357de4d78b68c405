import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import {
  type AccessKey,
  describeUse,
  describeUseDate,
  isActive,
} from '../../rule/keys/access-key.ts';
import { date } from '../../rule/keys/days.ts';
import { changesOf, type KeyHistory, type StatusChange } from '../../rule/keys/key-history.ts';
import {
  describeComplianceReason,
  describeCounts,
  describeRefusal,
} from '../../rule/single-access-key/annotation.ts';
import { findComplianceReason } from '../../rule/single-access-key/compliance-reason.ts';
import {
  isForDeletion,
  mostRecentlyUsed,
  type RecommendationPolicy,
  type Refusal,
  recommend,
} from '../../rule/single-access-key/selection.ts';
import type { InputOf } from './input.ts';
import {
  asDryRun,
  deleteCommand,
  deletionCommand,
  noAction,
  type Plan,
  planTo,
  remediateCommand,
  updateCommand,
} from './plan.ts';

type Input = InputOf<'DeactivateAccessKey'>;

/** The parameters of the rule and of the runbook on which a plan depends. */
export type DeactivationPolicy = RecommendationPolicy &
  Pick<Input, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName' | 'DeleteCommand'> &
  Partial<Pick<Input, 'MinimumIdleDays'>> & {
    /** The role of the runbook, which identifies its own status changes in the history. */
    readonly deactivationRoleArn: string;
    /** The event history. A selected key that was reactivated in it is refused. */
    readonly history?: KeyHistory | undefined;
    /** Whether a selected key is refused if the event history is incomplete. @default false */
    readonly requiresCompleteHistory?: boolean;
  };

/** A deactivation by the runbook, and the change to Active that followed it. */
type Reactivation = { readonly deactivated: StatusChange; readonly reactivated: StatusChange };

/**
 * Finds the first change of a key to Active after its last deactivation by the runbook.
 *
 * Changes to Active by the runbook itself do not count: it restores a key if the user has no other active key.
 */
const findReactivation = (
  key: AccessKey,
  history: KeyHistory,
  deactivationRoleArn: string,
): Reactivation | undefined => {
  const changes = changesOf(history, key);
  const isByRunbook = ({ roleArn }: StatusChange) => roleArn === deactivationRoleArn;
  const last = changes.findLastIndex(
    (change) => change.status === 'Inactive' && isByRunbook(change),
  );
  const deactivated = changes[last];
  const reactivated = changes
    .slice(last)
    .find((change) => change.status === 'Active' && !isByRunbook(change));
  return deactivated && reactivated && { deactivated, reactivated };
};

/** Matches the ARNs of IAM and STS. A caller with any other ARN is not named. */
const ARN = /^arn:[\w+=,.@:/-]{1,400}$/;

const describeReactivation = (
  { AccessKeyId }: AccessKey,
  { deactivated, reactivated }: Reactivation,
): string => {
  const { callerArn } = reactivated;
  const by = ARN.test(String(callerArn)) ? callerArn : 'an unknown caller';
  return `${AccessKeyId} was reactivated on ${date(reactivated.eventTime)} by ${by}, after this runbook deactivated it on ${date(deactivated.eventTime)}`;
};

/** Returns the plan to deactivate one key and keep another one active. */
const deactivate = (
  user: UserKeys,
  { key, keep }: { readonly key: AccessKey; readonly keep: AccessKey },
  policy: DeactivationPolicy,
): Plan => {
  const { UserId, UserName } = user;
  const { AccessKeyId } = key;
  const remark =
    policy.history?.isComplete === false
      ? '; the event history is incomplete, so a reactivation of this key may be missing'
      : '';
  const plan = planTo('Deactivate', user, {
    AccessKeyId,
    KeepAccessKeyId: keep.AccessKeyId,
    Reason: `deactivate ${AccessKeyId} (${describeUse(key)}), keep ${keep.AccessKeyId} (${describeUse(keep)}), UTC dates${remark}`,
    Basis: `${describeUseDate(key)}, keep ${keep.AccessKeyId}`,
    UndoCommand: updateCommand({ UserName, AccessKeyId }, 'Active'),
    NextCommand: deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId }),
  });
  if (!policy.DryRun) return plan;
  // A remediation has neither AccessKeyId nor MinimumIdleDays, so it can decide differently.
  return policy.AccessKeyId === undefined && policy.MinimumIdleDays === undefined
    ? asDryRun(plan, remediateCommand(policy.ConfigRuleName, UserId))
    : asDryRun(plan);
};

/** Returns the refusal for a key that is not active but counts. It contains the command that deletes the key. */
const refuseForDeletion = (
  user: UserKeys,
  { AccessKeyId, Status }: AccessKey,
  policy: DeactivationPolicy,
): Plan => {
  const { UserId, UserName } = user;
  // The deletion runbook refuses keys with another status, because no event shows when the status was set.
  const NextCommand =
    Status === 'Inactive'
      ? deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId })
      : deleteCommand({ UserName, AccessKeyId });
  const reason = `${UserName} has ${describeCounts(user, policy)}, and ${AccessKeyId} is ${Status}: delete it instead of deactivating it: ${NextCommand}`;
  return noAction('Refused', reason, { UserId, UserName, AccessKeyId, NextCommand });
};

/** The placeholder for a key id in a command. It is too short for an id, so the runbook refuses it. */
const KEY_ID = 'KEY_ID';

/** Returns the refusal when no key is selected. The reason says how to name a key. */
const refuseSelection = (user: UserKeys, refusal: Refusal, policy: DeactivationPolicy): Plan => {
  const { UserId, UserName } = user;
  const decide = isForDeletion(refusal)
    ? `delete one of them: ${deletionCommand(policy.DeleteCommand, { UserId, AccessKeyId: KEY_ID })}`
    : 'start the runbook with AccessKeyId';
  const reason = `no key of ${UserName} is selected: ${describeRefusal(refusal, policy)}; to decide, ${decide}`;
  return noAction('Refused', reason, user);
};

const refuseIncompleteHistory = (user: UserKeys, { AccessKeyId }: AccessKey): Plan => {
  const reason = `no key of ${user.UserName} is selected: the event history is incomplete, so a reactivation of ${AccessKeyId} may be missing; to decide, start the runbook with AccessKeyId`;
  return noAction('Refused', reason, { ...user, AccessKeyId });
};

/** Describes why the user is COMPLIANT. Returns undefined if it is not. */
const describeCompliance = (user: UserKeys, policy: DeactivationPolicy): string | undefined => {
  const reason = findComplianceReason(user, policy);
  if (reason === undefined) return undefined;
  const described = describeComplianceReason(reason, user, policy);
  return described === undefined
    ? `${user.UserName} has ${describeCounts(user, policy)}`
    : `${user.UserName} is compliant: ${described} To deactivate a key anyway, start the runbook with AccessKeyId`;
};

const planForNamedKey = (user: UserKeys, AccessKeyId: string, policy: DeactivationPolicy): Plan => {
  const { UserName, keys } = user;
  const about = { ...user, AccessKeyId };
  const key = keys.find((candidate) => candidate.AccessKeyId === AccessKeyId);
  if (key === undefined)
    return noAction('Refused', `${AccessKeyId} is not an access key of ${UserName}`, about);
  if (!isActive(key)) {
    const isTooMany =
      policy.countInactiveAccessKeys && findComplianceReason(user, policy) === undefined;
    return isTooMany
      ? refuseForDeletion(user, key, policy)
      : noAction('NothingToDo', `${AccessKeyId} is already ${key.Status}`, about);
  }
  const [other, ...rest] = keys.filter((one) => isActive(one) && one !== key);
  if (other === undefined)
    return noAction('Refused', `${AccessKeyId} is the last active key of ${UserName}`, about);
  return deactivate(user, { key, keep: mostRecentlyUsed([other, ...rest]) }, policy);
};

const planForSelectedKey = (user: UserKeys, policy: DeactivationPolicy): Plan => {
  const compliance = describeCompliance(user, policy);
  if (compliance !== undefined) return noAction('NothingToDo', compliance, user);
  const recommendation = recommend(user, policy);
  if ('refusal' in recommendation) return refuseSelection(user, recommendation.refusal, policy);
  if ('delete' in recommendation) return refuseForDeletion(user, recommendation.delete, policy);
  const { deactivate: key, keep } = recommendation;
  const { history, deactivationRoleArn } = policy;
  const reactivation = history && findReactivation(key, history, deactivationRoleArn);
  if (reactivation === undefined)
    return policy.requiresCompleteHistory && history?.isComplete === false
      ? refuseIncompleteHistory(user, key)
      : deactivate(user, { key, keep }, policy);
  const reason = `no key of ${user.UserName} is selected: ${describeReactivation(key, reactivation)}; to deactivate it again, start the runbook with AccessKeyId`;
  return noAction('Refused', reason, { ...user, AccessKeyId: key.AccessKeyId });
};

/**
 * Plans the deactivation of one access key. No plan deactivates the last active key of a user.
 *
 * Scenarios:
 *   1  named key, not a key of this user                      → Refused
 *   2  named key, not active                                  → NothingToDo; as 9 if inactive keys count
 *   3  named key, the last active one                         → Refused
 *   4  named key, another key is active                       → Deactivate, also of a quarantined user
 *   5  no name, the user is COMPLIANT                         → NothingToDo, with the reason
 *   6  no name, no key is selected                            → Refused, with the reason
 *   7  no name, a key is selected                             → Deactivate
 *   8  4 or 7 with `DryRun`                                   → DryRun
 *   9  only inactive keys are too many, because these count   → Refused, with the command that deletes one
 *  10  as 7, but the key was reactivated after this runbook deactivated it → Refused, with the caller and the dates
 *  11  as 7, but the event history is incomplete and must be complete → Refused
 *
 * @param user  the user as read from IAM, with the last use of the counted keys, and its quarantine policy unless a key is named
 */
export const planDeactivation = (user: UserKeys, policy: DeactivationPolicy): Plan =>
  policy.AccessKeyId === undefined
    ? planForSelectedKey(user, policy)
    : planForNamedKey(user, policy.AccessKeyId, policy);
