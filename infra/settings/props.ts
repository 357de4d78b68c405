import { Token } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { readParameters } from '../../rule/input/parameter.ts';
import { type Frequency, SETTINGS, type Settings } from './settings.ts';

/** The settings as properties of constructs. docs/settings.md lists the allowed values. */
export interface SettingProps {
  /**
   * Active access keys that a user may have.
   * @default 1
   */
  readonly maxActiveAccessKeys?: number;
  /**
   * Whether inactive access keys count too, so that maxActiveAccessKeys limits all keys of a user.
   * @default false
   */
  readonly countInactiveAccessKeys?: boolean;
  /**
   * Days for which a user may have more keys, counted from the creation of its newest active key.
   * @default 0
   */
  readonly rotationGraceDays?: number;
  /**
   * Days that a key must be idle before it is selected for deactivation.
   * @default 7
   */
  readonly minimumIdleDays?: number;
  /**
   * Age in days from which a key is due for rotation; while a newer key is younger, no key is selected if the rotation to it looks unfinished; with 0, the age of a key does not matter.
   * @default 90
   */
  readonly maxAccessKeyAge?: number;
  /**
   * Key of the tag that exempts a user until the end of the date in its value, such as 2026-12-31 (UTC).
   * @default - none
   */
  readonly exemptionTagKey?: string;
  /**
   * Days after which an unchanged result is reported again; the rule on active keys does so only for NON_COMPLIANT results; with 0, every sweep reports it.
   * @default 7
   */
  readonly refreshDays?: number;
  /**
   * Days that a key may be inactive before it has to be deleted or made active again; with 0, no key may be inactive.
   * @default 30
   */
  readonly maxInactiveDays?: number;
  /**
   * What starts an evaluation: changes of users and a schedule (hybrid), or the schedule only.
   * @default 'hybrid'
   */
  readonly triggers?: Settings['triggers'];
  /**
   * How often the schedule evaluates all users of the account.
   * @default 'TwentyFour_Hours'
   */
  readonly maximumExecutionFrequency?: Frequency;
  /**
   * Whether a change of a key starts an evaluation within minutes; requires a trail, and a stack in the Region of IAM.
   * @default true
   */
  readonly keyEvents?: boolean;
  /**
   * Concurrent executions that Lambda reserves for the function of each rule, which cannot use more than these.
   * @default - none
   */
  readonly reservedConcurrentExecutions?: number;
  /**
   * Whether a function starts the deactivation of keys on a schedule, without a click on Remediate.
   * @default false
   */
  readonly automaticRemediation?: boolean;
  /**
   * Whether a function starts the deletion of inactive keys on a schedule, without a click on Remediate.
   * @default false
   */
  readonly automaticDeletion?: boolean;
  /**
   * IAM users or roles that must approve each deactivation and each deletion; cannot be combined with automaticRemediation or automaticDeletion.
   * @default - none
   */
  readonly approvers?: readonly string[];
  /**
   * How many of the approvers must approve.
   * @default 1
   */
  readonly minRequiredApprovals?: number;
  /**
   * SNS topic that notifies the approvers.
   * @default - none
   */
  readonly approvalTopicArn?: string;
  /**
   * SNS topic that receives the alarms.
   * @default - none
   */
  readonly alarmTopicArn?: string;
  /**
   * SNS topic that receives a message about each change by a runbook, and about each refusal of automatic mode.
   * @default - none
   */
  readonly notificationTopicArn?: string;
  /**
   * Whether to create a CloudWatch dashboard.
   * @default false
   */
  readonly dashboard?: boolean;
  /**
   * Whether to import a Security Hub finding for each violation.
   * @default false
   */
  readonly securityHubFindings?: boolean;
  /**
   * Severity of the Security Hub findings.
   * @default 'HIGH'
   */
  readonly findingSeverity?: Settings['findingSeverity'];
  /**
   * Name of the AWS Config rule on the number of keys.
   * @default 'iam-user-single-access-key'
   */
  readonly configRuleName?: string;
  /**
   * Name of the AWS Config rule on inactive keys.
   * @default 'iam-user-inactive-access-key'
   */
  readonly inactiveConfigRuleName?: string;
  /**
   * Days that the logs of the functions are kept.
   * @default 90
   */
  readonly logRetentionInDays?: RetentionDays;
}

/**
 * Completes settings with the defaults. Keeps CDK tokens unchanged, and leaves out properties that are not settings.
 *
 * @throws {InvalidParameterError} names every value that is not allowed
 */
export const completeSettings = (props: SettingProps): Settings => {
  const own = Object.entries(props).filter(([name]) => Object.hasOwn(SETTINGS, name));
  const tokens = own.filter(([, value]) => Token.isUnresolved(value));
  const values = own.filter(([, value]) => !Token.isUnresolved(value));
  return {
    ...readParameters(SETTINGS, Object.fromEntries(values), 'setting'),
    ...Object.fromEntries(tokens),
  };
};
