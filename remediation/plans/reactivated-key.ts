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

/** The time of an event has whole seconds. */
const SECOND = 1000;

/** A deactivation by the runbook, and the change to Active after it. CloudTrail may not show that one for some minutes. */
type Reactivation = {
  readonly deactivated: StatusChange;
  readonly reactivated: StatusChange | undefined;
};

/**
 * Finds the last deactivation of an active key by the runbook, and the first change to Active after it.
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
  if (deactivated === undefined) return undefined;
  const later = changes.slice(last + 1);
  const reactivated = later.find((change) => change.status === 'Active' && !isByRunbook(change));
  // The key was read as active after this change, so somebody has set it to Active in between.
  const { status, eventTime } = later.at(-1) ?? deactivated;
  const isNotVisible = status === 'Inactive' && at.getTime() - eventTime.getTime() >= SECOND;
  return reactivated !== undefined || isNotVisible ? { deactivated, reactivated } : undefined;
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
      ? 'to deactivate it again, start the runbook with AccessKeyId'
      : `to make it stay inactive, set ${source.change}`;
  return `to let it stay active, give ${UserName} ${tag}; ${inactive}`;
};

/**
 * Describes who set a key to Active after the runbook deactivated it, and when, with advice that lasts: how to exempt the
 * user, and where to set the key to Inactive. Returns undefined if there was no such change.
 *
 * @param key  an active key
 */
export const describeReactivation = (
  user: Pick<UserKeys, 'UserName'>,
  key: AccessKey,
  policy: ReactivationPolicy,
): string | undefined => {
  const found = findReactivation(key, policy);
  if (found === undefined) return undefined;
  const { deactivated, reactivated } = found;
  const after = `after the runbook deactivated it on ${date(deactivated.eventTime)}`;
  const advice = advise(reactivated?.userAgent, user, policy);
  if (reactivated === undefined)
    return `${key.AccessKeyId} was reactivated ${after}, and CloudTrail does not show yet by whom; ${advice}`;
  const { callerArn, eventTime } = reactivated;
  const by = ARN.test(String(callerArn)) ? callerArn : 'an unknown caller';
  return `${key.AccessKeyId} was reactivated on ${date(eventTime)} by ${by}, ${after}; ${advice}`;
};
