import type { Frequency } from '../settings/settings.ts';
import { billOf, totalOf } from './dollars.ts';
import { count, dollars, table } from './markdown.ts';
import { dollarsByTier, EVALUATION_TIERS } from './prices.ts';
import { type Scenario, USERS } from './scenario.ts';
import { type Usage, usageOfReportingEverything, usageOfStack } from './usage.ts';

const SHOWN: readonly Frequency[] = ['TwentyFour_Hours', 'Six_Hours', 'One_Hour'];

const HEAD = [
  'in all accounts',
  'evaluations',
  'IAM calls',
  'Config calls',
  'paid for evaluations',
  '… as one account',
  'paid in all',
];

const rowOf = (name: string, usage: Usage, accounts: number): readonly string[] => {
  const bill = billOf(usage);
  const counts = [usage.evaluations, usage.iamCalls, usage.configCalls];
  const inAll = (value: number) => accounts * value;
  return [
    name,
    ...counts.map(inAll).map(count),
    dollars(inAll(bill['AWS Config evaluations'])),
    dollars(dollarsByTier(inAll(usage.evaluations), EVALUATION_TIERS)),
    dollars(inAll(totalOf(bill))),
  ];
};

/** These rules beside rules that report everything, for all accounts. */
export const comparisonOf = (scenario: Scenario): readonly string[] => {
  const rowsOf = (frequency: Frequency) => [
    rowOf(`\`${frequency}\`, these rules`, usageOfStack(scenario, frequency), scenario.accounts),
    rowOf(
      'reporting everything',
      usageOfReportingEverything(scenario, frequency),
      scenario.accounts,
    ),
  ];
  return table(HEAD, SHOWN.flatMap(rowsOf));
};

/** Users of an account from which on the stack costs less than rules that report everything, whatever else stays the same. */
export const breakEvenOf = (scenario: Scenario, frequency: Frequency): number | undefined => {
  const costOf = (usage: Usage) => totalOf(billOf(usage));
  const isLess = (users: number): boolean =>
    // Stryker disable next-line EqualityOperator: sums of cents of such different things are never the same.
    costOf(usageOfStack({ ...scenario, users }, frequency)) <
    costOf(usageOfReportingEverything({ ...scenario, users }, frequency));
  return Array.from({ length: USERS.maximum + 1 }, (_, users) => users).find(isLess);
};

/** The same in words. */
export const breakEven = (scenario: Scenario): readonly string[] => {
  const of = (frequency: Frequency) => {
    const users = breakEvenOf(scenario, frequency);
    return `${users === undefined ? 'none' : `${count(users)} users`} at \`${frequency}\``;
  };
  return [
    'All that an account has of these rules, alarms, metrics, key events and runbooks too, costs less than two rules that report everything, and have',
    `nothing of that, from so many users of an account on: ${SHOWN.map(of).join(', ')}.`,
  ];
};
