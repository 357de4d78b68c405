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
import type { AutomaticRemediation } from '../runbooks/automatic-remediation.ts';
import type { AutomaticRemediations } from '../runbooks/runbooks.ts';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';
import { completeSettings, type SettingProps } from '../settings/props.ts';
import { HOURS, type Settings } from '../settings/settings.ts';
import { metricsOf } from './metrics.ts';

/** The properties of an alarm. The default threshold is 1. */
type AlarmDefinition = Pick<AlarmProps, 'metric' | 'alarmDescription'> & Partial<AlarmProps>;
type AlarmDefinitions = Readonly<Record<string, AlarmDefinition>>;

/** Periods of the schedule in which a sweep must succeed. */
const SWEEP_PERIODS = 2;

/** The share of its timeout that a sweep may take. */
const NEAR_TIMEOUT = 0.8;

/** Errors per hour. Two mean that the first retry of Lambda failed too. */
const REPEATED_ERRORS = 2;

const period = Duration.hours(1);
const MAXIMUM = { statistic: Stats.MAXIMUM } as const;

const ruleAlarms = (
  { evaluator, deadLetterQueue, configRule }: UserRule,
  maximumExecutionFrequency: Settings['maximumExecutionFrequency'],
): AlarmDefinitions => ({
  EvaluationErrors: {
    metric: evaluator.function.metricErrors({ period }),
    threshold: REPEATED_ERRORS,
    alarmDescription:
      'The function of the rule failed twice within an hour. Lambda tries each event three times.',
  },
  EvaluationDeadLetters: {
    metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    alarmDescription:
      'All attempts to process an event of AWS Config failed. Results may be out of date.',
  },
  NoSuccessfulSweep: {
    metric: metricsOf([configRule])('SuccessfulSweeps', {
      period: Duration.hours(HOURS[maximumExecutionFrequency]),
    }),
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: SWEEP_PERIODS,
    treatMissingData: TreatMissingData.BREACHING,
    alarmDescription: 'No sweep of the account succeeded within two periods of the schedule.',
  },
  SweepNearTimeout: {
    metric: evaluator.function.metricDuration({ ...MAXIMUM, period }),
    threshold: NEAR_TIMEOUT * EVALUATION_TIMEOUT.toMilliseconds(),
    alarmDescription: 'A sweep took 80 % of the time that Lambda allows.',
  },
});

const keyEventAlarms = ({ starter, deadLetterQueue }: KeyEventTrigger): AlarmDefinitions => ({
  KeyEventErrors: {
    metric: starter.function.metricErrors({ period }),
    threshold: REPEATED_ERRORS,
    alarmDescription:
      'The function that starts evaluations after key events failed twice within an hour.',
  },
  KeyEventDeadLetters: {
    metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    alarmDescription: 'Key events could not be delivered, read, or processed within 50 minutes.',
  },
  ...(starter.mayHoldBack && {
    KeyEventsHeldBack: {
      metric: starter.metric('StartsSkipped', { period }),
      alarmDescription:
        'Key events start no evaluation, because the account is too large for a hybrid rule.',
    },
  }),
});

const automaticAlarms = ({ deactivation, deletion }: AutomaticRemediations): AlarmDefinitions => {
  const deadLetters = ({ deadLetterQueue }: AutomaticRemediation, does: string) => ({
    metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    alarmDescription: `All attempts of a schedule that ${does} keys failed for some users or all.`,
  });
  return {
    ...(deactivation && {
      AutomaticDeactivationDeadLetters: deadLetters(deactivation, 'deactivates'),
    }),
    ...(deletion && { AutomaticDeletionDeadLetters: deadLetters(deletion, 'deletes') }),
  };
};

const findingAlarms = ({ importer, deadLetterQueue }: SecurityHubFindings): AlarmDefinitions => ({
  FindingErrors: {
    metric: importer.function.metricErrors({ period }),
    threshold: REPEATED_ERRORS,
    alarmDescription: 'The import of findings into Security Hub failed twice within an hour.',
  },
  FindingDeadLetters: {
    metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    alarmDescription:
      'All attempts to process an event failed. Findings in Security Hub may be out of date.',
  },
});

export type AlarmsProps = Pick<SettingProps, 'maximumExecutionFrequency' | 'alarmTopicArn'> & {
  readonly rule: UserRule;
  /** The rule whose alarm names start with `Inactive`. */
  readonly inactiveRule?: UserRule | undefined;
  readonly automatic?: AutomaticRemediations | undefined;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly findings?: SecurityHubFindings | undefined;
};

const withPrefix = (prefix: string, definitions: AlarmDefinitions): AlarmDefinitions =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [`${prefix}${name}`, definition]),
  );

/**
 * The CloudWatch alarms. docs/operations.md explains each of them under its name.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Alarms.html
 */
export class Alarms extends Construct {
  /** The alarms, for a dashboard. */
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { rule, inactiveRule, automatic, trigger, findings } = props;
    const { maximumExecutionFrequency, alarmTopicArn } = completeSettings(props);
    const definitions: AlarmDefinitions = {
      ...ruleAlarms(rule, maximumExecutionFrequency),
      ...(inactiveRule &&
        withPrefix('Inactive', ruleAlarms(inactiveRule, maximumExecutionFrequency))),
      ...(automatic && automaticAlarms(automatic)),
      ...(trigger && keyEventAlarms(trigger)),
      ...(findings && findingAlarms(findings)),
    };
    const topic =
      alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', alarmTopicArn);

    this.alarms = Object.entries(definitions).map(([name, definition]) => {
      const alarm = new Alarm(this, name, {
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        ...definition,
        alarmDescription: `${definition.alarmDescription} What to do: docs/operations.md, ${name}`,
      });
      if (topic !== undefined) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
      return alarm;
    });
  }
}
