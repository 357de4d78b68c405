import { dollarsByTier, EVALUATION_TIERS, PRICES, type Priced } from './prices.ts';
import type { Usage } from './usage.ts';

/** What each line of a bill is made of, beside evaluations, in the order of the lines. */
const LINES = {
  'compliance as configuration items': ['complianceItem'],
  'CloudWatch alarms': ['alarm'],
  'CloudWatch metrics': ['metricMonth'],
  'CloudWatch dashboards': ['dashboard'],
  'CloudWatch logs': ['logGigabyte'],
  'Metrics Insights': ['analyzedMetric'],
  'SQS, asked while nothing is there': ['queueRequest'],
  Lambda: ['invocation', 'gigabyteSecond'],
  'runbook steps and scripts': ['step', 'scriptSecond'],
  'Security Hub findings': ['finding'],
} as const satisfies Record<string, readonly Priced[]>;

/** A line of a bill. */
export type Line = 'AWS Config evaluations' | keyof typeof LINES;

/** Dollars a month by line; a line that costs nothing is there too. */
export type Bill = Readonly<Record<Line, number>>;

/** What an account pays. */
export const billOf = ({ evaluations, paid }: Usage): Bill => {
  const others = Object.entries(LINES).map(([line, priced]) => [
    line,
    priced.reduce((dollars, one) => dollars + (paid[one] ?? 0) * PRICES[one].dollars, 0),
  ]);
  return {
    'AWS Config evaluations': dollarsByTier(evaluations, EVALUATION_TIERS),
    ...Object.fromEntries(others),
  };
};

/** What a bill comes to. */
export const totalOf = (bill: Bill): number =>
  Object.values(bill).reduce((sum, dollars) => sum + dollars, 0);
