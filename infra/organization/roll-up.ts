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

/** A metric of all accounts. */
type MetricsQuery = {
  readonly metric: MetricName;
  readonly statistic: 'MAX' | 'MIN' | 'SUM';
  /** The value of the dimension `ConfigRuleName`. */
  readonly configRuleName: string;
};

/**
 * Returns the Metrics Insights query for one number over all accounts.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
 */
export const overAllAccounts = ({ metric, statistic, configRuleName }: MetricsQuery): string =>
  `SELECT ${statistic}(${metric}) FROM SCHEMA("${NAMESPACE}", ConfigRuleName) WHERE ConfigRuleName = '${configRuleName}'`;

/** The maximum number of time series that a query returns. */
const MAXIMUM_SERIES = 500;

/**
 * Returns the Metrics Insights query for one number per account, ordered by it.
 *
 * @param limit  the number of accounts, at most 500
 */
export const byAccount = (query: MetricsQuery, order: 'DESC' | 'ASC', limit: number): string =>
  `${overAllAccounts(query)} GROUP BY AWS.AccountId ORDER BY ${query.statistic}() ${order} LIMIT ${limit}`;

/** The names of the rules in every account. */
type RollUpProps = {
  readonly configRuleName: string;
  readonly inactiveConfigRuleName: string;
};

/** Metrics Insights queries cover two weeks. */
const INTERVAL = Duration.days(14);
const period = Duration.days(1);

/** Accounts per graph. */
const SHOWN_ACCOUNTS = 10;

const EXPLANATION = [
  'The metrics of all accounts that share them, by day (UTC). Graphs by account cover at most 500 accounts, those with the highest or lowest values.',
  'An account without sweeps does not appear. docs/organization.md describes how to find it.',
].join(' ');

const expressionOf = (expression: string, label = ''): MathExpression =>
  new MathExpression({ expression, label, period });

/** Creates a graph. Its metrics may contain only one Metrics Insights query, the limit of GetMetricData. */
const graph = (title: string, props: GraphWidgetProps): IWidget =>
  new GraphWidget({ title, width: 4, height: 6, leftYAxis: { min: 0 }, ...props });

/** The violations, sweeps and results of a rule. */
const rowOf = (configRuleName: string): IWidget[] => {
  const violations: MetricsQuery = { metric: 'Violations', statistic: 'MAX', configRuleName };
  const most = (limit: number) => expressionOf(byAccount(violations, 'DESC', limit));
  const all = new MathExpression({
    // The sum of the maximum per account. A SUM over the metric would count each sweep of the day.
    expression: 'SUM(accounts)',
    usingMetrics: { accounts: most(MAXIMUM_SERIES) },
    label: 'NON_COMPLIANT users',
    period,
  });
  const sweeps: MetricsQuery = { metric: 'SuccessfulSweeps', statistic: 'SUM', configRuleName };
  const results: MetricsQuery = { metric: 'ResultsSent', statistic: 'SUM', configRuleName };
  return [
    graph(`${configRuleName}: NON_COMPLIANT users`, { width: 6, left: [all] }),
    graph('Accounts with the most violations', { width: 6, left: [most(SHOWN_ACCOUNTS)] }),
    graph('Successful sweeps', { left: [expressionOf(overAllAccounts(sweeps), 'sweeps')] }),
    graph('Results reported (billed)', {
      left: [expressionOf(overAllAccounts(results), 'results')],
    }),
    graph('Accounts with a failed sweep (0)', {
      left: [expressionOf(byAccount({ ...sweeps, statistic: 'MIN' }, 'ASC', SHOWN_ACCOUNTS))],
    }),
  ];
};

/**
 * A CloudWatch dashboard of all accounts that share their metrics with this account.
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
      defaultInterval: INTERVAL,
      widgets: [
        [new TextWidget({ markdown: EXPLANATION, width: 24, height: 2 })],
        rowOf(configRuleName),
        rowOf(inactiveConfigRuleName),
      ],
    });
    this.dashboardName = dashboardName;
  }
}
