import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IWidget,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { KeyEventTrigger } from '../key-events/key-event-trigger.ts';
import type { UserRule } from '../rules/user-rule.ts';
import type { Planner } from '../runbooks/planner.ts';
import type { AutomaticRemediations } from '../runbooks/runbooks.ts';
import type { SecurityHubFindings } from '../security-hub/security-hub-findings.ts';
import { metricsOf, SWEEP_CALLS } from './metrics.ts';

export type DashboardProps = {
  readonly rule: UserRule;
  readonly inactiveRule: UserRule;
  readonly planner: Planner;
  readonly automatic?: AutomaticRemediations | undefined;
  readonly trigger?: KeyEventTrigger | undefined;
  readonly findings?: SecurityHubFindings | undefined;
  readonly alarms: readonly Alarm[];
};

const HOURLY = { period: Duration.hours(1) };
const MAXIMUM = { ...HOURLY, statistic: Stats.MAXIMUM };

/** Creates a graph with a third of the width of a row. */
const graph = (title: string, props: GraphWidgetProps): IWidget =>
  new GraphWidget({ title, width: 8, height: 6, leftYAxis: { min: 0 }, ...props });

/** The users of the last sweep, the violations and the reported results of a rule. */
const complianceRow = ({ configRule }: UserRule, prefix = ''): IWidget[] => {
  const metric = metricsOf([configRule]);
  const violations = metric('Violations', { ...MAXIMUM, label: 'NON_COMPLIANT' });
  return [
    new SingleValueWidget({
      title: `${prefix}Users at the last sweep`,
      metrics: [
        violations,
        metric('Exempt', { ...MAXIMUM, label: 'exempt by tag' }),
        metric('Users', { ...MAXIMUM, label: 'all' }),
      ],
      width: 8,
      height: 6,
    }),
    graph(`${prefix}NON_COMPLIANT users`, { left: [violations] }),
    graph(`${prefix}Results reported (billed)`, { left: [metric('ResultsSent', HOURLY)] }),
  ];
};

/** The duration, the API calls and the throttled calls of a rule's sweeps. */
const sweepRow = ({ configRule }: UserRule, prefix = ''): IWidget[] => {
  const metric = metricsOf([configRule]);
  return [
    graph(`${prefix}Sweep duration`, { left: [metric('Duration', MAXIMUM)] }),
    graph(`${prefix}API calls of sweeps`, {
      left: SWEEP_CALLS.map((api) => metric(api, HOURLY)),
      stacked: true,
    }),
    graph(`${prefix}Throttled calls`, { left: [metric('Throttles', HOURLY)] }),
  ];
};

/** The plans of the runbooks, the errors of the functions and the events that failed. */
const functionRow = (props: DashboardProps): IWidget[] => {
  const {
    rule,
    inactiveRule,
    planner,
    trigger,
    automatic: { deactivation, deletion } = {},
  } = props;
  const errors = (name: string, { function: one }: Pick<Planner, 'function'>) =>
    one.metricErrors({ ...HOURLY, label: name });
  const metrics = [rule, inactiveRule].map(({ configRule }) => metricsOf([configRule]));
  return [
    graph('Plans and refusals of the runbooks', {
      left: metrics.flatMap((metric) => [metric('Plans', HOURLY), metric('Refusals', HOURLY)]),
    }),
    graph('Function errors', {
      left: [
        errors('rule', rule.evaluator),
        errors('inactive keys', inactiveRule.evaluator),
        errors('planner', planner),
        ...(deactivation ? [errors('automatic deactivation', deactivation.starter)] : []),
        ...(deletion ? [errors('automatic deletion', deletion.starter)] : []),
        ...(trigger === undefined ? [] : [errors('key events', trigger.starter)]),
      ],
    }),
    graph('Events that failed all attempts', {
      left: [rule, inactiveRule].map(({ deadLetterQueue }) =>
        deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
      ),
    }),
  ];
};

/** The key events, their delay, and the key events that wait. */
const keyEventRow = ({ queue, deadLetterQueue, starter }: KeyEventTrigger): IWidget[] => [
  graph('Key events and started evaluations', {
    left: [starter.metric('KeyEvents', HOURLY)],
    right: (['EvaluationsStarted', 'StartsPostponed', 'StartsSkipped'] as const).map((name) =>
      starter.metric(name, HOURLY),
    ),
  }),
  graph('Time from key event to evaluation', {
    left: [starter.metric('EventToEvaluation', { ...MAXIMUM, label: 'longest' })],
  }),
  graph('Waiting key events', {
    left: [queue.metricApproximateNumberOfMessagesVisible()],
    right: [deadLetterQueue.metricApproximateNumberOfMessagesVisible()],
  }),
];

/** The findings that were sent to Security Hub, and those that failed. */
const findingRow = ({ importer, deadLetterQueue }: SecurityHubFindings): IWidget[] => {
  // Half of the row.
  const width = 12;
  return [
    graph('Findings sent to Security Hub', {
      width,
      left: [
        importer.metric('FindingsImported', { ...HOURLY, label: 'imported' }),
        importer.metric('FindingsArchived', { ...HOURLY, label: 'archived' }),
      ],
    }),
    graph('Failed findings', {
      width,
      left: [
        importer.function.metricErrors({ ...HOURLY, label: 'errors' }),
        deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
      ],
    }),
  ];
};

/** A week shows changes even with one sweep a day. */
const INTERVAL = Duration.days(7);

/**
 * A CloudWatch dashboard of alarms, violations, sweeps, runbooks, key events and findings.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 */
export class Dashboard extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { rule, inactiveRule, trigger, findings, alarms } = props;
    const status = new AlarmStatusWidget({
      title: 'Alarms (see docs/operations.md)',
      alarms: [...alarms],
      width: 24,
      height: 3,
    });
    const { dashboardName } = new CloudWatchDashboard(this, 'Dashboard', {
      defaultInterval: INTERVAL,
      widgets: [
        [status],
        complianceRow(rule),
        complianceRow(inactiveRule, 'Inactive keys: '),
        sweepRow(rule),
        sweepRow(inactiveRule, 'Inactive keys: '),
        functionRow(props),
        // Optional rows come last, so that the others keep their place.
        ...(trigger === undefined ? [] : [keyEventRow(trigger)]),
        ...(findings === undefined ? [] : [findingRow(findings)]),
      ],
    });
    this.dashboardName = dashboardName;
  }
}
