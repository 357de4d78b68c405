/** Prices per evaluation in an account and Region. The evaluations of all rules count together. */
export const EVALUATION_TIERS = [
  { evaluations: 100_000, dollars: 0.001 },
  { evaluations: 400_000, dollars: 0.0008 },
  { evaluations: Number.POSITIVE_INFINITY, dollars: 0.0005 },
] as const;

/** The line of the bill for evaluations, and the service whose price page lists the tiers. */
export const EVALUATIONS = { line: 'Config evaluations', source: 'config' } as const;

/**
 * Other prices per unit in US East (N. Virginia), the line of the bill that shows them, and the service whose price page
 * (`https://aws.amazon.com/SERVICE/pricing/`) lists them.
 *
 * Free tiers are not subtracted, because an organization has each only once. Volume discounts are left out.
 */
export const PRICES = {
  complianceItem: { line: 'Config compliance items', dollars: 0.003, source: 'config' },
  alarm: { line: 'CloudWatch alarms', dollars: 0.1, source: 'cloudwatch' },
  metricMonth: { line: 'CloudWatch metrics', dollars: 0.3, source: 'cloudwatch' },
  dashboard: { line: 'CloudWatch dashboards', dollars: 3, source: 'cloudwatch' },
  logGigabyte: { line: 'CloudWatch logs', dollars: 0.5, source: 'cloudwatch' },
  queueRequest: { line: 'SQS requests', dollars: 0.4e-6, source: 'sqs' },
  invocation: { line: 'Lambda', dollars: 0.2e-6, source: 'lambda' },
  gigabyteSecond: { line: 'Lambda', dollars: 13.3334e-6, source: 'lambda' },
  step: { line: 'Automation steps', dollars: 0.002, source: 'systems-manager' },
  scriptSecond: { line: 'Automation steps', dollars: 0.00003, source: 'systems-manager' },
  finding: { line: 'Security Hub findings', dollars: 0.00003, source: 'security-hub' },
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

/** Computes the bill of an account: the dollars of a month by line. */
export const billOf = ({ evaluations, billed }: Usage): ReadonlyMap<string, number> => {
  const bill = new Map<string, number>([[EVALUATIONS.line, dollarsOfEvaluations(evaluations)]]);
  for (const [name, { line, dollars }] of Object.entries(PRICES))
    bill.set(line, (bill.get(line) ?? 0) + (billed[name as PriceName] ?? 0) * dollars);
  return bill;
};

/** Computes the sum of the bill of an account. */
export const totalOf = (usage: Usage): number =>
  [...billOf(usage).values()].reduce((sum, dollars) => sum + dollars, 0);
