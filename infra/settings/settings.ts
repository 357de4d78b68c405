import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../rule/evaluation/parameters.ts';
import {
  oneOf,
  text,
  trueOrFalse,
  type ValuesOf,
  wholeNumber,
} from '../../rule/input/parameter.ts';
import { SEVERITIES } from '../../rule/security-hub/settings.ts';
import {
  APPROVAL_TOPIC_ARN,
  approvers,
  MAXIMUM_APPROVERS,
  RULE_NAME,
  TOPIC_ARN,
} from './patterns.ts';

/**
 * Hours between two scheduled evaluations.
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

/** How often AWS Config evaluates an account on schedule. */
export type Frequency = keyof typeof HOURS;

/** Every frequency, from the shortest period to the longest. */
export const FREQUENCIES = Object.keys(HOURS) as readonly Frequency[];

/**
 * The days that CloudWatch Logs can keep events.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

const EVALUATION = {
  triggers: oneOf({
    options: ['hybrid', 'schedule'],
    default: 'hybrid',
    description:
      'What starts an evaluation: changes of users and a schedule (hybrid), or the schedule only',
  }),
  maximumExecutionFrequency: oneOf({
    options: FREQUENCIES,
    default: 'TwentyFour_Hours',
    description: 'How often the schedule evaluates all users of the account',
  }),
  keyEvents: trueOrFalse({
    default: true,
    description:
      'Whether a change of a key starts an evaluation within minutes; requires a trail, and a stack in the Region of IAM',
  }),
  reservedConcurrentExecutions: wholeNumber({
    minimum: 1,
    maximum: 100,
    default: undefined,
    unit: 'executions',
    description:
      'Concurrent executions that Lambda reserves for the function of each rule, which cannot use more than these',
  }),
};

const REMEDIATION = {
  automaticRemediation: trueOrFalse({
    default: false,
    description:
      'Whether a function starts the deactivation of keys on a schedule, without a click on Remediate',
  }),
  automaticDeletion: trueOrFalse({
    default: false,
    description:
      'Whether a function starts the deletion of inactive keys on a schedule, without a click on Remediate',
  }),
  approvers: approvers({
    description:
      'IAM users or roles that must approve each deactivation and each deletion; cannot be combined with automaticRemediation or automaticDeletion',
  }),
  minRequiredApprovals: wholeNumber({
    minimum: 1,
    maximum: MAXIMUM_APPROVERS,
    default: 1,
    unit: 'approvals',
    description: 'How many of the approvers must approve',
  }),
  approvalTopicArn: text({
    ...APPROVAL_TOPIC_ARN,
    default: undefined,
    description: 'SNS topic that notifies the approvers',
  }),
};

const NOTIFICATIONS = {
  alarmTopicArn: text({
    ...TOPIC_ARN,
    default: undefined,
    description: 'SNS topic that receives the alarms',
  }),
  notificationTopicArn: text({
    ...TOPIC_ARN,
    default: undefined,
    description:
      'SNS topic that receives a message about each change by a runbook, and about each refusal of automatic mode',
  }),
  dashboard: trueOrFalse({
    default: false,
    description: 'Whether to create a CloudWatch dashboard',
  }),
  securityHubFindings: trueOrFalse({
    default: false,
    description: 'Whether to import a Security Hub finding for each violation',
  }),
  findingSeverity: oneOf({
    options: SEVERITIES,
    default: 'HIGH',
    description: 'Severity of the Security Hub findings',
  }),
};

const NAMES = {
  configRuleName: text({
    ...RULE_NAME,
    default: 'iam-user-single-access-key',
    description: 'Name of the AWS Config rule on the number of keys',
  }),
  inactiveConfigRuleName: text({
    ...RULE_NAME,
    default: 'iam-user-inactive-access-key',
    description: 'Name of the AWS Config rule on inactive keys',
  }),
  logRetentionInDays: oneOf({
    options: RETENTION_DAYS,
    default: 90,
    description: 'Days that the logs of the functions are kept',
  }),
};

const KEYS = { ...RULE_PARAMETERS, ...INACTIVE_RULE_PARAMETERS };

/** Every setting of a deployment, by name. */
export const SETTINGS = { ...KEYS, ...EVALUATION, ...REMEDIATION, ...NOTIFICATIONS, ...NAMES };

/** The headings under which the CloudFormation console and the documentation list the settings. */
export const SETTING_GROUPS = [
  { label: 'Which access keys a user may have', settings: KEYS },
  { label: 'When the rules are evaluated', settings: EVALUATION },
  { label: 'Who remediates', settings: REMEDIATION },
  { label: 'Monitoring, notifications, findings', settings: NOTIFICATIONS },
  { label: 'Names and logs', settings: NAMES },
] as const;

/** The values of the settings of a deployment. */
export type Settings = ValuesOf<typeof SETTINGS>;
