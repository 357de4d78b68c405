import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { deadLetterQueueOf } from '../functions/queues.ts';
import { FAILURES, functionsOf, logGroupNames, type Monitored, RULE_QUERIES } from './queries.ts';

export type DashboardProps = Monitored & { readonly alarms: readonly Alarm[] };

/** Creates a graph with a quarter of the width of a row. */
const graph = (title: string, left: IMetric[]): IWidget =>
  new GraphWidget({ title, left, width: 6, height: 6, leftYAxis: { min: 0 } });

/** Shows invocations, errors and durations of all functions, and waiting messages: metrics that AWS publishes free of charge. */
const functionRow = (monitored: Monitored, scope: Construct): IWidget[] => {
  const { trigger } = monitored;
  const functions = functionsOf(monitored);
  const metricsOf = (
    name: 'metricInvocations' | 'metricErrors' | 'metricDuration',
    statistic: string,
  ) =>
    functions.map(([label, { function: one }]) =>
      one[name]({ label, statistic, period: Duration.hours(1) }),
    );
  const depth = { period: Duration.hours(1), statistic: Stats.MAXIMUM };
  return [
    graph('Invocations', metricsOf('metricInvocations', Stats.SUM)),
    graph('Errors', metricsOf('metricErrors', Stats.SUM)),
    graph('Longest duration', metricsOf('metricDuration', Stats.MAXIMUM)),
    graph('Waiting events', [
      deadLetterQueueOf(scope).metricApproximateNumberOfMessagesVisible({
        ...depth,
        label: 'failed all attempts',
      }),
      ...(trigger === undefined
        ? []
        : [
            trigger.queue.metricApproximateNumberOfMessagesVisible({
              ...depth,
              label: 'key events',
            }),
          ]),
    ]),
  ];
};

/** The results of a log query, over the width of a row. */
const table = (title: string, queryLines: readonly string[], names: string[]): IWidget =>
  new LogQueryWidget({
    title,
    logGroupNames: names,
    queryLines: [...queryLines],
    width: 24,
    height: 6,
  });

/** A week shows changes even with one sweep a day. */
const INTERVAL = Duration.days(7);

/**
 * A CloudWatch dashboard of alarms, functions, sweeps and failures, made of metrics that AWS publishes for nothing and of
 * log queries.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 */
export class Dashboard extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, { alarms, ...monitored }: DashboardProps) {
    super(scope, id);
    const { rule, inactiveRule } = monitored;
    const evaluators = logGroupNames([rule.evaluator, inactiveRule.evaluator]);
    const all = logGroupNames(functionsOf(monitored).map(([, one]) => one));
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
        functionRow(monitored, this),
        [table('Sweeps', RULE_QUERIES.Sweeps, evaluators)],
        [table('API calls of evaluations', RULE_QUERIES.Calls, evaluators)],
        [table('Failures', FAILURES, all)],
      ],
    });
    this.dashboardName = dashboardName;
  }
}
