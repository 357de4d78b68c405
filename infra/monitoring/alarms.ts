import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { KeyEventTrigger } from '../key-events/key-event-trigger.ts';
import { EVALUATION_TIMEOUT, type UserRule } from '../rules/user-rule.ts';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';
import { HOURS, type Settings } from '../settings/settings.ts';
import { measureOf } from './measure.ts';

/** An alarm by what it watches; it is raised from 1 on, unless it says otherwise. */
export type Watched = Pick<AlarmProps, 'metric' | 'alarmDescription'> & Partial<AlarmProps>;

/** Periods of the schedule within which a sweep has to succeed. */
const PERIODS_FOR_A_SWEEP = 2;

/** The share of its time from which on an evaluation is too near its end. */
const NEAR_TIMEOUT = 0.8;

/** Errors within an hour from which on they are no accident: Lambda's first retry failed as well. */
const REPEATED_ERRORS = 2;

const period = Duration.hours(1);
const MAXIMUM = { statistic: Stats.MAXIMUM } as const;

/** What is watched of a rule: its function, its dead letters and its sweeps. */
export const watchRule = (
  { evaluator, deadLetterQueue, configRule }: UserRule,
  maximumExecutionFrequency: Settings['maximumExecutionFrequency'],
): Record<string, Watched> => ({
  EvaluationErrors: {
    metric: evaluator.function.metricErrors({ period }),
    threshold: REPEATED_ERRORS,
    alarmDescription: 'The rule failed twice within an hour: Lambda tries an event three times.',
  },
  EvaluationDeadLetters: {
    metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    alarmDescription: 'An event of AWS Config failed every try: users may have an old result.',
  },
  NoSuccessfulSweep: {
    metric: measureOf([configRule])('SuccessfulSweeps', {
      period: Duration.hours(HOURS[maximumExecutionFrequency]),
    }),
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: PERIODS_FOR_A_SWEEP,
    treatMissingData: TreatMissingData.BREACHING,
    alarmDescription: 'No sweep of the account succeeded within two periods of the schedule.',
  },
  SweepNearTimeout: {
    metric: evaluator.function.metricDuration({ ...MAXIMUM, period }),
    threshold: NEAR_TIMEOUT * EVALUATION_TIMEOUT.toMilliseconds(),
    alarmDescription: 'A sweep took 80 % of the time that Lambda allows.',
  },
});

/** What is watched of key events: their function, their dead letters, and those that start no evaluation. */
export const watchTrigger = (trigger: KeyEventTrigger): Record<string, Watched> => ({
  KeyEventErrors: {
    metric: trigger.starter.function.metricErrors({ period }),
    threshold: REPEATED_ERRORS,
    alarmDescription: 'Key events could not start an evaluation, twice within an hour.',
  },
  KeyEventDeadLetters: {
    metric: trigger.deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    alarmDescription: 'Key events could not be delivered, read, or served within 50 minutes.',
  },
  ...(trigger.starter.mayHoldBack && {
    KeyEventsHeldBack: {
      metric: trigger.starter.measure('HeldBack', { period }),
      alarmDescription:
        'Key events start no evaluation: the account is too large for a hybrid rule.',
    },
  }),
});

/** What is watched of findings: their function, and what could not be told. */
export const watchFindings = (findings: SecurityHubFindings): Record<string, Watched> => ({
  FindingErrors: {
    metric: findings.teller.function.metricErrors({ period }),
    threshold: REPEATED_ERRORS,
    alarmDescription: 'Security Hub could not be told of violations, twice within an hour.',
  },
  FindingDeadLetters: {
    metric: findings.deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    alarmDescription: 'Findings in Security Hub may be old: an event failed every try.',
  },
});

/** What is watched, and the topic that is told. */
export type AlarmsProps = Pick<SettingProps, 'maximumExecutionFrequency' | 'alarmTopicArn'> & {
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
    const { rule, inactiveRule, trigger, findings } = props;
    const { maximumExecutionFrequency, alarmTopicArn } = completeSettings(props);
    const watched = {
      ...watchRule(rule, maximumExecutionFrequency),
      ...(inactiveRule &&
        withPrefix('Inactive', watchRule(inactiveRule, maximumExecutionFrequency))),
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
