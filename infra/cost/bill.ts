/** Prices per evaluation in an account and Region. The evaluations of all rules count together. */
export const EVALUATION_TIERS = [
  { evaluations: 100_000, dollars: 0.001 },
  { evaluations: 400_000, dollars: 0.0008 },
  { evaluations: Number.POSITIVE_INFINITY, dollars: 0.0005 },
] as const;

/**
 * Other prices per unit in US East (N. Virginia), and the line of the bill that shows them.
 *
 * Free tiers are not subtracted, because an organization has each only once. Volume discounts are left out.
 */
export const PRICES = {
  complianceItem: { line: 'AWS Config compliance items', dollars: 0.003 },
  alarm: { line: 'CloudWatch alarms', dollars: 0.1 },
  metricMonth: { line: 'CloudWatch metrics, by the hours in which they are written', dollars: 0.3 },
  dashboard: { line: 'CloudWatch dashboards', dollars: 3 },
  logGigabyte: { line: 'CloudWatch logs, GB', dollars: 0.5 },
  analyzedMetric: { line: 'Metrics Insights, analyzed metrics', dollars: 10e-6 },
  queueRequest: { line: 'SQS requests', dollars: 0.4e-6 },
  invocation: { line: 'Lambda invocations', dollars: 0.2e-6 },
  gigabyteSecond: { line: 'Lambda GB-seconds on arm64', dollars: 13.3334e-6 },
  step: { line: 'Automation steps', dollars: 0.002 },
  scriptSecond: { line: 'Automation script seconds', dollars: 0.00003 },
  finding: { line: 'Security Hub findings', dollars: 0.00003 },
} as const;

type PriceName = keyof typeof PRICES;

/** The usage of one account in a month. */
export type Usage = {
  /** Results reported to AWS Config. */
  readonly evaluations: number;
  readonly iamCalls: number;
  readonly configCalls: number;
  /** Billed units other than evaluations. */
  readonly billed: Readonly<Partial<Record<PriceName, number>>>;
};

/** Computes the price of evaluations, each by its tier. */
export const dollarsOfEvaluations = (evaluations: number): number => {
  let [dollars, left] = [0, evaluations];
  for (const tier of EVALUATION_TIERS) {
    const priced = Math.min(left, tier.evaluations);
    dollars += priced * tier.dollars;
    left -= priced;
  }
  return dollars;
};

/** The dollars of a month, by what is billed. */
type Bill = Readonly<Record<'evaluation' | PriceName, number>>;

/** Computes the bill of an account. */
export const billOf = ({ evaluations, billed }: Usage): Bill => {
  const prices = Object.entries(PRICES) as [PriceName, { readonly dollars: number }][];
  const lines = prices.map(([name, { dollars }]) => [name, (billed[name] ?? 0) * dollars]);
  return { evaluation: dollarsOfEvaluations(evaluations), ...Object.fromEntries(lines) };
};

/** Adds up a bill. */
export const totalOf = (bill: Bill): number =>
  Object.values(bill).reduce((sum, dollars) => sum + dollars, 0);
