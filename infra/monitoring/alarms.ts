import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRIC_OF_SWEEPS, NAMESPACE } from '../../rule/log/metrics.ts';
import { deadLetterQueueOf } from '../functions/queues.ts';
import type { UserRule } from '../rules/user-rule.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';
import { type Frequency, HOURS } from '../settings/settings.ts';

/** The properties of an alarm whose threshold is 1. */
type AlarmDefinition = Pick<AlarmProps, 'metric' | 'alarmDescription' | 'comparisonOperator'> &
  Partial<Pick<AlarmProps, 'evaluationPeriods' | 'treatMissingData'>>;

/** An event that failed all attempts, of any function of the stack, or that EventBridge could not deliver. */
const deadLetters = (scope: Construct): AlarmDefinition => ({
  metric: deadLetterQueueOf(scope).metricApproximateNumberOfMessagesVisible({
    statistic: Stats.MAXIMUM,
  }),
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  alarmDescription:
    'All attempts to process or deliver an event failed. Results or findings can be out of date.',
});

/** Periods of the schedule in which a sweep must succeed. */
const SWEEP_PERIODS = 2;

const noSuccessfulSweep = ({ configRule }: UserRule, frequency: Frequency): AlarmDefinition => ({
  metric: new Metric({
    namespace: NAMESPACE,
    metricName: METRIC_OF_SWEEPS,
    dimensionsMap: { ConfigRuleName: configRule.ref },
    statistic: Stats.SUM,
    period: Duration.hours(HOURS[frequency]),
  }),
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  evaluationPeriods: SWEEP_PERIODS,
  treatMissingData: TreatMissingData.BREACHING,
  alarmDescription: 'No evaluation of all users succeeded within two periods of the schedule.',
});

export type AlarmsProps = Pick<SettingProps, 'maximumExecutionFrequency' | 'alarmTopicArn'> & {
  readonly rule: UserRule;
  /** The rule whose alarm name starts with `Inactive`. */
  readonly inactiveRule?: UserRule | undefined;
};

/**
 * The CloudWatch alarms. docs/operations.md explains each of them under its name, and docs/decisions/0028 why there are
 * only these.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Alarms.html
 */
export class Alarms extends Construct {
  /** The alarms, for a dashboard. */
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { rule, inactiveRule } = props;
    const { maximumExecutionFrequency, alarmTopicArn } = completeSettings(props);
    const definitions: Readonly<Record<string, AlarmDefinition>> = {
      DeadLetters: deadLetters(this),
      NoSuccessfulSweep: noSuccessfulSweep(rule, maximumExecutionFrequency),
      ...(inactiveRule && {
        InactiveNoSuccessfulSweep: noSuccessfulSweep(inactiveRule, maximumExecutionFrequency),
      }),
    };
    const topic =
      alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', alarmTopicArn);

    this.alarms = Object.entries(definitions).map(([name, definition]) => {
      const alarm = new Alarm(this, name, {
        threshold: 1,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        ...definition,
        alarmDescription: `${definition.alarmDescription} What to do: see docs/operations.md, heading ${name}`,
      });
      if (topic !== undefined) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
      return alarm;
    });
  }
}
