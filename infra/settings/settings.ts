import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../rule/evaluation/parameters.ts';
import { SEVERITIES } from '../../rule/security-hub/settings.ts';
import {
  approvalTopicArn,
  approvers,
  configRuleName,
  describeGiven,
  exemptionTagKey,
  oneOf,
  retentionDays,
  ruleParameter,
  sinkArn,
  topicArn,
  yesOrNo,
} from './schemas.ts';

/**
 * Hours between two evaluations of the schedule.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const HOURS = {
  One_Hour: 1,
  Three_Hours: 3,
  Six_Hours: 6,
  Twelve_Hours: 12,
  TwentyFour_Hours: 24,
} as const;

/** How often the schedule evaluates an account. */
export type Frequency = keyof typeof HOURS;

/** All of them, the most often first. */
export const FREQUENCIES = Object.keys(HOURS) as readonly Frequency[];

/** What can go wrong with two settings that are right each for itself. */
type Pair = Pick<
  Settings,
  | 'configRuleName'
  | 'inactiveConfigRuleName'
  | 'automaticRemediation'
  | 'automaticDeletion'
  | 'approvers'
  | 'approvalTopicArn'
>;

/** The settings that contradict each other, and why; nothing when none do. */
export const contradictionsOf = (settings: Pair): readonly string[] => {
  const { configRuleName, inactiveConfigRuleName, approvers, approvalTopicArn } = settings;
  const automatic = (['automaticRemediation', 'automaticDeletion'] as const).filter(
    (name) => settings[name],
  );
  return [
    ...(configRuleName === inactiveConfigRuleName
      ? [
          `inactiveConfigRuleName must be another name than configRuleName, got ${JSON.stringify(configRuleName)} twice`,
        ]
      : []),
    ...(approvers === undefined
      ? []
      : automatic.map(
          (name) =>
            `${name} must be false with approvers: nobody is there to ask when Config starts a runbook by itself`,
        )),
    ...(approvers === undefined && approvalTopicArn !== undefined
      ? ['approvalTopicArn must not be set without approvers: there is nobody to tell']
      : []),
  ];
};

/** A setting that is unknown or has a value that is not allowed. */
export class InvalidSettingError extends Error {
  override readonly name = 'InvalidSettingError';
}

const Settings = v.strictObject({
  configRuleName: configRuleName('iam-user-single-access-key'),
  triggers: oneOf(['hybrid', 'schedule'], 'hybrid'),
  maximumExecutionFrequency: oneOf(FREQUENCIES, 'TwentyFour_Hours'),
  maxActiveAccessKeys: ruleParameter('maxActiveAccessKeys', RULE_PARAMETERS.maxActiveAccessKeys),
  countInactiveAccessKeys: ruleParameter(
    'countInactiveAccessKeys',
    RULE_PARAMETERS.countInactiveAccessKeys,
  ),
  rotationGraceDays: ruleParameter('rotationGraceDays', RULE_PARAMETERS.rotationGraceDays),
  exemptionTagKey,
  minimumIdleDays: ruleParameter('minimumIdleDays', RULE_PARAMETERS.minimumIdleDays),
  refreshDays: ruleParameter('refreshDays', RULE_PARAMETERS.refreshDays),
  inactiveConfigRuleName: configRuleName('iam-user-inactive-access-key'),
  maxInactiveDays: ruleParameter('maxInactiveDays', INACTIVE_RULE_PARAMETERS.maxInactiveDays),
  automaticRemediation: yesOrNo(false),
  automaticDeletion: yesOrNo(false),
  approvers,
  approvalTopicArn,
  keyEvents: yesOrNo(true),
  securityHubFindings: yesOrNo(false),
  findingSeverity: oneOf(SEVERITIES, 'HIGH'),
  alarmTopicArn: topicArn,
  notificationTopicArn: topicArn,
  dashboard: yesOrNo(true),
  monitoringSinkArn: sinkArn,
  logRetentionInDays: retentionDays(RetentionDays.THREE_MONTHS),
});

/**
 * What a deployment decides.
 *
 * `configRuleName`, `inactiveConfigRuleName`  names of the Config rules, at most 64 characters
 * `triggers`              `hybrid`: changes of a user and a schedule; `schedule`: the schedule only
 * `maximumExecutionFrequency`             how often the schedule evaluates the whole account
 * those of a rule         see `RULE_PARAMETERS` and `INACTIVE_RULE_PARAMETERS`
 * `automaticRemediation`, `automaticDeletion`  whether Config starts the runbook that deactivates, or deletes, by itself
 * `approvers`             who is asked before a runbook deactivates or deletes, one of whom must approve; none, nobody is
 * `approvalTopicArn`      the SNS topic that tells the approvers, if any
 * `keyEvents`             whether a change of a key has the rules evaluated within minutes; only in the Region of IAM
 * `securityHubFindings`, `findingSeverity`  whether Security Hub is told of each violation, and as how severe
 * `alarmTopicArn`         the SNS topic that alarms are told to, if any
 * `notificationTopicArn`  the SNS topic that is told what a runbook did, if any
 * `dashboard`             whether there is a CloudWatch dashboard
 * `monitoringSinkArn`     the sink in another account that the metrics are shared with, if any
 * `logRetentionInDays`      days that the log groups keep what the functions logged
 */
export type Settings = v.InferOutput<typeof Settings>;

/** The settings of a deployment that gives none. */
export const DEFAULT_SETTINGS: Settings = v.parse(Settings, {});

const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const name = v.getDotPath(issue);
  if (issue.type === 'strict_object')
    return `unknown setting ${describeGiven(name)}, expected ${Object.keys(Settings.entries).join(', ')}`;
  return `${name} must be ${issue.message}, got ${describeGiven(issue.input)}`;
};

/**
 * Makes sure of settings that are right each for itself.
 *
 * @throws {InvalidSettingError} when they contradict each other
 */
export const requireNoContradiction = (settings: Settings): void => {
  const contradictions = contradictionsOf(settings);
  if (contradictions.length > 0) throw new InvalidSettingError(contradictions.join('; '));
};

/**
 * Reads the settings from CDK context (`-c maximumExecutionFrequency=One_Hour`, or `context` in cdk.json).
 *
 * Keys with a character that no setting has, such as `@aws-cdk/core:…`, belong to CDK.
 *
 * @throws {InvalidSettingError} names the first unknown setting and every value that is not allowed, or settings that
 * contradict each other
 * @throws {InvalidParameterError} when a rule parameter is not within its bounds
 * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
 */
export const parseSettings = (context: Readonly<Record<string, unknown>>): Settings => {
  const ours = Object.entries(context).filter(([name]) => /^\w+$/.test(name));
  const parsed = v.safeParse(Settings, Object.fromEntries(ours));
  if (!parsed.success) throw new InvalidSettingError(parsed.issues.map(describeIssue).join('; '));
  requireNoContradiction(parsed.output);
  return parsed.output;
};
