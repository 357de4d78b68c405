/** A tier of a price: so many units, and the dollars of one; the last has no end. */
export type Tier = { readonly units: number; readonly dollars: number };

/** The dollars of evaluations in an account and Region, a month; those of all rules count together. */
export const EVALUATION_TIERS: readonly Tier[] = [
  { units: 100_000, dollars: 0.001 },
  { units: 400_000, dollars: 0.0008 },
  { units: Number.POSITIVE_INFINITY, dollars: 0.0005 },
];

/** Where AWS says its prices. */
export const SOURCES = {
  'AWS Config': 'https://aws.amazon.com/config/pricing/',
  'AWS Lambda': 'https://aws.amazon.com/lambda/pricing/',
  'Amazon SQS': 'https://aws.amazon.com/sqs/pricing/',
  'Amazon CloudWatch': 'https://aws.amazon.com/cloudwatch/pricing/',
  'AWS Systems Manager': 'https://aws.amazon.com/systems-manager/pricing/',
  'AWS Security Hub': 'https://aws.amazon.com/security-hub/pricing/',
} as const;

/** The dollars of one, and what one is. */
type Price = {
  readonly service: keyof typeof SOURCES;
  readonly dollars: number;
  readonly of: string;
};

/**
 * The prices in US East (N. Virginia), beside that of an evaluation.
 *
 * No free tier is subtracted: an organization has each once, not once an account. Nor are discounts for much.
 */
export const PRICES = {
  complianceItem: { service: 'AWS Config', dollars: 0.003, of: 'configuration item' },
  invocation: { service: 'AWS Lambda', dollars: 0.2e-6, of: 'request' },
  gigabyteSecond: { service: 'AWS Lambda', dollars: 13.3334e-6, of: 'GB-second on arm64' },
  queueRequest: { service: 'Amazon SQS', dollars: 0.4e-6, of: 'request' },
  metricMonth: {
    service: 'Amazon CloudWatch',
    dollars: 0.3,
    of: 'custom metric and month, by the hours in which it is written',
  },
  alarm: { service: 'Amazon CloudWatch', dollars: 0.1, of: 'alarm' },
  dashboard: { service: 'Amazon CloudWatch', dollars: 3, of: 'dashboard' },
  logGigabyte: { service: 'Amazon CloudWatch', dollars: 0.5, of: 'GB of logs' },
  analyzedMetric: {
    service: 'Amazon CloudWatch',
    dollars: 10e-6,
    of: 'metric that a query analyzes',
  },
  step: { service: 'AWS Systems Manager', dollars: 0.002, of: 'step of a runbook' },
  scriptSecond: { service: 'AWS Systems Manager', dollars: 0.00003, of: 'second of a script' },
  finding: { service: 'AWS Security Hub', dollars: 0.00003, of: 'finding that it is told' },
} as const satisfies Record<string, Price>;

/** Something that is paid for. */
export type Priced = keyof typeof PRICES;

/** The dollars of so many units, each by the tier that it falls into. */
export const dollarsByTier = (units: number, tiers: readonly Tier[]): number => {
  let [dollars, left] = [0, units];
  for (const tier of tiers) {
    const taken = Math.min(left, tier.units);
    dollars += taken * tier.dollars;
    left -= taken;
  }
  return dollars;
};
