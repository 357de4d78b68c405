import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import {
  exemptionTag,
  oneOf,
  retentionDays,
  ruleName,
  ruleParameter,
  topicArn,
  yesOrNo,
} from './setting-schemas.ts';

/** A setting that is unknown or has a value that is not allowed. */
export class InvalidSettingError extends Error {
  override readonly name = 'InvalidSettingError';
}

const Settings = v.strictObject({
  ruleName: ruleName('iam-user-single-access-key'),
  triggers: oneOf(['hybrid', 'schedule'], 'hybrid'),
  frequency: oneOf(
    ['One_Hour', 'Three_Hours', 'Six_Hours', 'Twelve_Hours', 'TwentyFour_Hours'],
    'TwentyFour_Hours',
  ),
  maxActiveAccessKeys: ruleParameter('maxActiveAccessKeys'),
  rotationGraceDays: ruleParameter('rotationGraceDays'),
  exemptionTag,
  minimumIdleDays: ruleParameter('minimumIdleDays'),
  refreshDays: ruleParameter('refreshDays'),
  automaticRemediation: yesOrNo(false),
  keyEvents: yesOrNo(true),
  alarmTopicArn: topicArn,
  notificationTopicArn: topicArn,
  dashboard: yesOrNo(true),
  logRetentionDays: retentionDays(RetentionDays.THREE_MONTHS),
});

/**
 * What a deployment decides.
 *
 * `ruleName`              name of the Config rule, at most 64 characters
 * `triggers`              `hybrid`: changes of a user and a schedule; `schedule`: the schedule only
 * `frequency`             how often the schedule evaluates the whole account
 * `maxActiveAccessKeys`, `rotationGraceDays`, `exemptionTag`, `minimumIdleDays`, `refreshDays`  the parameters of the
 *                         rule, see `RULE_PARAMETERS` and `RuleParameters`
 * `automaticRemediation`  whether Config starts the runbook by itself
 * `keyEvents`             whether a change of a key has the rule evaluated within minutes; only in the Region of IAM
 * `alarmTopicArn`         the SNS topic that alarms are told to, if any
 * `notificationTopicArn`  the SNS topic that is told what the runbook did, if any
 * `dashboard`             whether there is a CloudWatch dashboard
 * `logRetentionDays`      days that the log groups keep what the functions logged
 */
export type Settings = v.InferOutput<typeof Settings>;

/** The settings of a deployment that gives none. */
export const DEFAULT_SETTINGS: Settings = v.parse(Settings, {});

const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const name = v.getDotPath(issue);
  if (issue.type === 'strict_object') {
    const known = Object.keys(Settings.entries).join(', ');
    return `unknown setting ${JSON.stringify(name)}, expected ${known}`;
  }
  return `${name} must be ${issue.message}, got ${JSON.stringify(issue.input)}`;
};

/**
 * Reads the settings from CDK context (`-c frequency=One_Hour`, or `context` in cdk.json).
 *
 * Keys with a character that no setting has, such as `@aws-cdk/core:…`, belong to CDK.
 *
 * @throws {InvalidSettingError} names the first unknown setting and every value that is not allowed
 * @throws {InvalidParameterError} when a rule parameter is not within its bounds
 * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
 */
export const parseSettings = (context: Readonly<Record<string, unknown>>): Settings => {
  const ours = Object.entries(context).filter(([name]) => /^\w+$/.test(name));
  const parsed = v.safeParse(Settings, Object.fromEntries(ours));
  if (parsed.success) return parsed.output;
  throw new InvalidSettingError(parsed.issues.map(describeIssue).join('; '));
};
