import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import type { AccessKey } from '../../rule/keys/access-key.ts';
import { date } from '../../rule/keys/days.ts';
import { changesOf, type KeyHistory, type StatusChange } from '../../rule/keys/key-history.ts';

/** On what the description of a reactivation depends. */
type ReactivationPolicy = {
  readonly history: KeyHistory;
  /** The role of the runbook that deactivates keys. */
  readonly deactivationRoleArn: string;
  readonly exemptionTagKey?: string | undefined;
  /** The instant before the key was read. */
  readonly at: Date;
};

/**
 * A change to Active, and the deactivation by the runbook before it. The deactivation may have left the history, and the
 * change to Active may not be in it yet.
 */
type Reactivation =
  | { readonly deactivated: StatusChange | undefined; readonly reactivated: StatusChange }
  | { readonly deactivated: StatusChange; readonly reactivated: undefined };

/**
 * Finds the first change of an active key to Active after its last deactivation by the runbook.
 *
 * CloudTrail shows a change up to 15 minutes late. So an active key whose last visible change is to Inactive was reactivated.
 *
 * CloudTrail keeps the reactivation longer than the deactivation. So without a visible deactivation by the runbook, the
 * first visible change of a key that is older than the history counts: the runbook may have made the change before it.
 *
 * Changes to Active by the runbook itself do not count: it restores a key if the user has no other active key.
 */
const findReactivation = (
  key: AccessKey,
  { history, deactivationRoleArn, at }: ReactivationPolicy,
): Reactivation | undefined => {
  const changes = changesOf(history, key);
  const isByRunbook = ({ roleArn }: StatusChange) => roleArn === deactivationRoleArn;
  const last = changes.findLastIndex(
    (change) => change.status === 'Inactive' && isByRunbook(change),
  );
  const deactivated = changes[last];
  const isOlder = key.CreateDate < history.from || !history.isComplete;
  const after = deactivated === undefined ? changes.slice(0, isOlder ? 1 : 0) : changes.slice(last);
  const reactivated = after.find((change) => change.status === 'Active' && !isByRunbook(change));
  if (reactivated !== undefined) return { deactivated, reactivated };
  if (deactivated === undefined) return undefined;
  const lastInactive = changes.findLastIndex(
    // A change in the second of the read, or later, can have followed it: another execution may deactivate the key now.
    ({ status, eventTime }) => status === 'Inactive' && at.getTime() - eventTime.getTime() >= 1000,
  );
  return lastInactive === changes.length - 1 ? { deactivated, reactivated } : undefined;
};

/** Matches the ARNs of IAM and STS. A caller with any other ARN is not named. */
const ARN = /^arn:[\w+=,.@:/-]{1,400}$/;

/**
 * What to change in infrastructure as code, by a text in its user agent. A caller can choose its user agent, so it decides
 * nothing but this advice.
 */
const SOURCES = [
  {
    userAgent: 'cloudformation.amazonaws.com',
    change: 'Status: Inactive in its CloudFormation resource AWS::IAM::AccessKey',
  },
  {
    userAgent: 'Terraform/',
    change: 'status = "Inactive" in its Terraform resource aws_iam_access_key',
  },
] as const;

const advise = (
  userAgent: string | undefined,
  { UserName }: Pick<UserKeys, 'UserName'>,
  { exemptionTagKey }: ReactivationPolicy,
): string => {
  const source = SOURCES.find((one) => userAgent?.includes(one.userAgent));
  const tag =
    exemptionTagKey === undefined
      ? 'an exemption tag, which the setting exemptionTagKey enables'
      : `the tag ${exemptionTagKey} with a date such as 2026-12-31`;
  const inactive =
    source === undefined
      ? 'to deactivate it again, start the runbook with its id as AccessKeyId'
      : `to keep it inactive, set ${source.change}`;
  return `to keep it active, give ${UserName} ${tag}; ${inactive}`;
};

/** Describes a reactivation without its advice. */
const describe = ({ deactivated, reactivated }: Reactivation): string => {
  if (reactivated === undefined)
    return `was reactivated after the runbook deactivated it on ${date(deactivated.eventTime)}, and CloudTrail does not yet show by whom`;
  const { callerArn, eventTime } = reactivated;
  const by = ARN.test(String(callerArn)) ? callerArn : 'an unknown caller';
  const after =
    deactivated === undefined
      ? ', and the event history no longer shows its deactivation'
      : `, after the runbook deactivated it on ${date(deactivated.eventTime)}`;
  return `was reactivated on ${date(eventTime)} by ${by}${after}`;
};

/**
 * Describes who set an active key to Active after the runbook deactivated it, and when. Then says how to exempt the user, and
 * how to deactivate the key again or where to set it to Inactive. Returns undefined if the history shows no reactivation.
 */
export const describeReactivation = (
  user: Pick<UserKeys, 'UserName'>,
  key: AccessKey,
  policy: ReactivationPolicy,
): string | undefined => {
  const found = findReactivation(key, policy);
  if (found === undefined) return undefined;
  const advice = advise(found.reactivated?.userAgent, user, policy);
  return `${key.AccessKeyId} ${describe(found)}; ${advice}`;
};
