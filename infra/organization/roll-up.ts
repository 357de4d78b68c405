import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type MetricName, NAMESPACE } from '../../rule/log/metrics.ts';

/** What is asked of the metrics of all accounts together. */
export type MetricsQuestion = {
  readonly metric: MetricName;
  readonly statistic: 'MAX' | 'MIN' | 'SUM';
  /** What its metrics have as `ConfigRuleName`. */
  readonly configRuleName: string;
};

const select = ({ metric, statistic, configRuleName }: MetricsQuestion): string =>
  `SELECT ${statistic}(${metric}) FROM SCHEMA("${NAMESPACE}", ConfigRuleName) WHERE ConfigRuleName = '${configRuleName}'`;

/**
 * One number of all accounts.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
 */
export const ofAllAccounts = select;

/** The most series that a query gives. */
export const MOST_SERIES = 500;

/**
 * A number for each account, the highest first or the lowest.
 *
 * @param limit  how many accounts, `MOST_SERIES` at most
 */
export const byAccount = (
  question: MetricsQuestion,
  order: 'DESC' | 'ASC',
  limit: number,
): string =>
  `${select(question)} GROUP BY AWS.AccountId ORDER BY ${question.statistic}() ${order} LIMIT ${limit}`;

/** The rules that are shown, by name. */
export type RollUpProps = {
  readonly configRuleName: string;
  readonly inactiveConfigRuleName: string;
};

/** Queries reach back two weeks; a sweep may be a day old, and a day has the worst of it. */
const SHOWN = Duration.days(14);
const period = Duration.days(1);

/** Accounts to a graph. */
const SHOWN_ACCOUNTS = 10;

const EXPLANATION = [
  'The metrics of every account that shares them, by day (UTC), from queries that see 500 accounts at most where they name them: the highest or the lowest.',
  'An account that swept nothing has no number here: docs/organization.md says how to find it.',
].join(' ');

const query = (expression: string, label = ''): MathExpression =>
  new MathExpression({ expression, label, period });

/** Each has one query: GetMetricData takes no more than one of Metrics Insights. */
const graph = (title: string, props: GraphWidgetProps): IWidget =>
  new GraphWidget({ title, width: 4, height: 6, leftYAxis: { min: 0 }, ...props });

/** Users that violate a rule: of all accounts, and of those with the most; what was reported; who could not sweep. */
const rowOf = (configRuleName: string): IWidget[] => {
  const violations: MetricsQuestion = { metric: 'Violations', statistic: 'MAX', configRuleName };
  const most = (limit: number) => query(byAccount(violations, 'DESC', limit));
  const all = new MathExpression({
    // The sum of each account's highest. A plain SUM would count a user once for every sweep of the day.
    expression: 'SUM(accounts)',
    usingMetrics: { accounts: most(MOST_SERIES) },
    label: 'NON_COMPLIANT users',
    period,
  });
  const sweeps: MetricsQuestion = { metric: 'SuccessfulSweeps', statistic: 'SUM', configRuleName };
  const results: MetricsQuestion = { metric: 'ResultsSent', statistic: 'SUM', configRuleName };
  return [
    graph(`${configRuleName}: NON_COMPLIANT users`, { width: 6, left: [all] }),
    graph('Accounts with the most', { width: 6, left: [most(SHOWN_ACCOUNTS)] }),
    graph('Sweeps that succeeded', { left: [query(ofAllAccounts(sweeps), 'sweeps')] }),
    graph('Results reported (billed)', { left: [query(ofAllAccounts(results), 'results')] }),
    graph('Accounts where a sweep failed: 0', {
      left: [query(byAccount({ ...sweeps, statistic: 'MIN' }, 'ASC', SHOWN_ACCOUNTS))],
    }),
  ];
};

/**
 * A CloudWatch dashboard over all accounts that share their metrics with this one.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html
 */
export class RollUp extends Construct {
  readonly dashboardName: string;

  constructor(
    scope: Construct,
    id: string,
    { configRuleName, inactiveConfigRuleName }: RollUpProps,
  ) {
    super(scope, id);
    const { dashboardName } = new Dashboard(this, 'Dashboard', {
      defaultInterval: SHOWN,
      widgets: [
        [new TextWidget({ markdown: EXPLANATION, width: 24, height: 2 })],
        rowOf(configRuleName),
        rowOf(inactiveConfigRuleName),
      ],
    });
    this.dashboardName = dashboardName;
  }
}
