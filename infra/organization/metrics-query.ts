import { type MetricName, NAMESPACE } from '../../rule/log/metrics.ts';

/** What is asked of the metrics of all accounts together. */
export type MetricsQuestion = {
  readonly metric: MetricName;
  readonly statistic: 'MAX' | 'MIN' | 'SUM';
  /** What its metrics have as `ConfigRuleName`. */
  readonly ruleName: string;
};

const select = ({ metric, statistic, ruleName }: MetricsQuestion): string =>
  `SELECT ${statistic}(${metric}) FROM SCHEMA("${NAMESPACE}", ConfigRuleName) WHERE ConfigRuleName = '${ruleName}'`;

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
