import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { KeyEventTrigger } from '../key-events/key-event-trigger.ts';
import type { UserRule } from '../rules/user-rule.ts';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings/settings.ts';
import { type Watched, watchFindings, watchRule, watchTrigger } from './watched.ts';

/** What is watched, and the topic that is told. */
export type AlarmsProps = Partial<Pick<Settings, 'frequency' | 'alarmTopicArn'>> & {
  readonly rule: UserRule;
  /** The rule whose alarms have a name that starts with `Inactive`. */
  readonly inactiveRule?: UserRule | undefined;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly findings?: SecurityHubFindings | undefined;
};

const withPrefix = (prefix: string, watched: Readonly<Record<string, Watched>>) =>
  Object.fromEntries(Object.entries(watched).map(([name, one]) => [`${prefix}${name}`, one]));

/**
 * The alarms; docs/operations.md has a heading for each: what it means, what to look at, what to do.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Alarms.html
 */
export class Alarms extends Construct {
  /** All of them, for a dashboard. */
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { rule, inactiveRule, trigger, findings, frequency, alarmTopicArn } = {
      ...DEFAULT_SETTINGS,
      ...props,
    };
    const watched = {
      ...watchRule(rule, frequency),
      ...(inactiveRule && withPrefix('Inactive', watchRule(inactiveRule, frequency))),
      ...(trigger && watchTrigger(trigger)),
      ...(findings && watchFindings(findings)),
    };
    const topic =
      alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', alarmTopicArn);

    this.alarms = Object.entries(watched).map(([name, { alarmDescription, ...particulars }]) => {
      const alarm = new Alarm(this, name, {
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `${alarmDescription} What to do: docs/operations.md, ${name}`,
        ...particulars,
      });
      if (topic === undefined) return alarm;
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
      return alarm;
    });
  }
}
