import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import {
  type AccessKey,
  describeUse,
  describeUseDate,
  isActive,
} from '../../rule/keys/access-key.ts';
import type { KeyHistory } from '../../rule/keys/key-history.ts';
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
  noAction,
  type Plan,
  planTo,
  remediateCommand,
  updateCommand,
} from './plan.ts';
import { describeReactivation } from './reactivated-key.ts';

type Input = InputOf<'DeactivateAccessKey'>;

/** The parameters of the rule and of the runbook on which a plan depends. */
export type DeactivationPolicy = RecommendationPolicy &
  Pick<Input, 'AccessKeyId' | 'DryRun' | 'ConfigRuleName' | 'InactiveConfigRuleName'> &
  Partial<Pick<Input, 'MinimumIdleDays'>> & {
    /** The role of the runbook, which identifies its own status changes in the history. */
    readonly deactivationRoleArn: string;
    /** The event history. A selected key that was reactivated in it is refused. */
    readonly history?: KeyHistory | undefined;
    /**
     * Whether a selected key is refused if the history is incomplete, as when no person has asked for the deactivation.
     * @default false
     */
    readonly requiresCompleteHistory?: boolean | undefined;
    /** The Region of the rules. */
    readonly region?: string | undefined;
  };

/** Returns the refusal for a selected key, or undefined if the history does not prevent its deactivation. */
const refuseByHistory = (
  user: UserKeys,
  key: AccessKey,
  policy: DeactivationPolicy & { readonly history: KeyHistory },
): Plan | undefined => {
  const { history, requiresCompleteHistory } = policy;
  const { AccessKeyId } = key;
  const missing =
    history.isComplete || requiresCompleteHistory !== true
      ? undefined
      : `the event history is incomplete and may lack a reactivation of ${AccessKeyId}; to deactivate it anyway, start the runbook with AccessKeyId=${AccessKeyId}`;
  const why = describeReactivation(user, key, policy) ?? missing;
  return why === undefined
    ? undefined
    : noAction('Refused', `no key of ${user.UserName} is selected: ${why}`, {
        ...user,
        AccessKeyId,
      });
};

/** Returns the plan to deactivate one key and keep another one active. */
const deactivate = (
  user: UserKeys,
  { key, keep }: { readonly key: AccessKey; readonly keep: AccessKey },
  policy: DeactivationPolicy,
): Plan => {
  const { UserId, UserName } = user;
  const { AccessKeyId } = key;
  const keeps = `keep ${keep.AccessKeyId}`;
  const remark =
    policy.history?.isComplete === false
      ? '; the event history is incomplete and may lack a reactivation of this key'
      : '';
  const plan = planTo('Deactivate', user, {
    AccessKeyId,
    KeepAccessKeyId: keep.AccessKeyId,
    Reason: `deactivate ${AccessKeyId} (${describeUse(key)}) and keep ${keep.AccessKeyId} (${describeUse(keep)}); dates are in UTC${remark}`,
    // An operator who names a key has decided, even if the key is in use, for example by a thief.
    Basis: policy.AccessKeyId === undefined ? `${describeUseDate(key)}, ${keeps}` : keeps,
    UndoCommand: updateCommand({ UserName, AccessKeyId }, 'Active'),
    NextCommand: remediateCommand(
      {
        ...policy,
        ConfigRuleName: policy.InactiveConfigRuleName,
        Runbook: 'DeleteInactiveAccessKey',
      },
      UserId,
    ),
  });
  if (!policy.DryRun) return plan;
  // A remediation has neither AccessKeyId nor MinimumIdleDays, so it can decide differently.
  return policy.AccessKeyId === undefined && policy.MinimumIdleDays === undefined
    ? asDryRun(plan, remediateCommand({ ...policy, Runbook: 'DeactivateAccessKey' }, UserId))
    : asDryRun(plan);
};

/** Returns the refusal for a key that is not active but counts. It contains the command that deletes the key. */
const refuseForDeletion = (
  user: UserKeys,
  { AccessKeyId, Status }: AccessKey,
  policy: DeactivationPolicy,
): Plan => {
  const { UserId, UserName } = user;
  const NextCommand = deleteCommand({ UserName, AccessKeyId });
  const reason = `${UserName} has ${describeCounts(user, policy)}; ${AccessKeyId} is ${Status}, so delete it instead of deactivating it: ${NextCommand}`;
  return noAction('Refused', reason, { UserId, UserName, AccessKeyId, NextCommand });
};

/** Returns the refusal when no key is selected. The reason says how to name a key. */
const refuseSelection = (user: UserKeys, refusal: Refusal, policy: DeactivationPolicy): Plan => {
  const decide = isForDeletion(refusal)
    ? 'delete it with aws iam delete-access-key'
    : 'start the runbook with its id as AccessKeyId';
  const reason = `no key of ${user.UserName} is selected: ${describeRefusal(refusal, policy)}; to choose a key yourself, ${decide}`;
  return noAction('Refused', reason, user);
};

/** Describes why the user is COMPLIANT. Returns undefined if it is not. */
const describeCompliance = (user: UserKeys, policy: DeactivationPolicy): string | undefined => {
  const reason = findComplianceReason(user, policy);
  if (reason === undefined) return undefined;
  const described = describeComplianceReason(reason, user, policy);
  return described === undefined
    ? `${user.UserName} has ${describeCounts(user, policy)}`
    : `${user.UserName} is COMPLIANT. ${described} To deactivate a key anyway, start the runbook with its id as AccessKeyId`;
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
  const { history } = policy;
  const refusal = history && refuseByHistory(user, key, { ...policy, history });
  return refusal ?? deactivate(user, { key, keep }, policy);
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
 *  10  as 7, but the key was reactivated after this runbook deactivated it → Refused, with the caller, the dates and advice
 *      or is older than the event history, and its first visible change is to Active;
 *      or its last visible change after that deactivation is to Inactive, although it is active
 *  11  as 7, the history is incomplete, `requiresCompleteHistory`          → Refused; otherwise Deactivate, with a remark
 *
 * After an approval, a plan for a named key is the same if it keeps the same key. A plan for a selected key also requires
 * the same last use, on which the selection depends.
 *
 * @param user  the user as read from IAM, with the last use of the counted keys, and its quarantine policy unless a key is named
 */
export const planDeactivation = (user: UserKeys, policy: DeactivationPolicy): Plan =>
  policy.AccessKeyId === undefined
    ? planForSelectedKey(user, policy)
    : planForNamedKey(user, policy.AccessKeyId, policy);
