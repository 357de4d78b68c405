import type { Frequency } from '../settings/settings.ts';
import {
  billOf,
  dollarsOfEvaluations,
  EVALUATION_TIERS,
  PRICES,
  totalOf,
  type Usage,
} from './bill.ts';
import { MAXIMUM_USERS, optionsOf, type Scenario } from './scenario.ts';
import {
  RULES,
  startsOf,
  usageOfAdministrator,
  usageOfFullReporting,
  usageOfStack,
} from './usage.ts';

/** Formats a count, rounded. */
export const count = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: 0 });

/** Formats dollars, with cents below $100. */
export const dollars = (value: number): string => {
  const digits = value < 100 ? 2 : 0;
  const bounds = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `$${value.toLocaleString('en', bounds)}`;
};

/** Formats a price with all its digits. */
export const price = (value: number): string =>
  `$${value.toLocaleString('en', { maximumSignificantDigits: 6 })}`;

/** Formats a Markdown table. All columns but the first hold numbers. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );

const COMPARED: readonly Frequency[] = ['TwentyFour_Hours', 'Six_Hours', 'One_Hour'];

/** Compares the cost of these rules with that of rules that report everything, for all accounts. */
const comparison = (scenario: Scenario): string[] => {
  const rowOf = (name: string, usage: Usage): string[] => {
    const inAll = (value: number) => scenario.accounts * value;
    const { evaluations, iamCalls, configCalls } = usage;
    return [
      name,
      ...[evaluations, iamCalls, configCalls].map((value) => count(inAll(value))),
      dollars(inAll(dollarsOfEvaluations(evaluations))),
      dollars(dollarsOfEvaluations(inAll(evaluations))),
      dollars(inAll(totalOf(billOf(usage)))),
    ];
  };
  const rowsOf = (maximumExecutionFrequency: Frequency): string[][] => {
    const at = { ...scenario, maximumExecutionFrequency };
    return [
      rowOf(`\`${maximumExecutionFrequency}\`, these rules`, usageOfStack(at)),
      rowOf('reporting everything', usageOfFullReporting(at)),
    ];
  };
  const head = ['in all accounts', 'evaluations', 'IAM calls', 'Config calls'];
  const costs = ['cost of evaluations', '… as one account', 'total cost'];
  return table([...head, ...costs], COMPARED.flatMap(rowsOf));
};

/** Returns the smallest number of users per account with which the stack costs less than reporting everything. */
export const breakEvenOf = (scenario: Scenario): number | undefined => {
  const isCheaper = (users: number): boolean => {
    const at = { ...scenario, users };
    // Stryker disable next-line EqualityOperator: the two sums are never equal.
    return totalOf(billOf(usageOfStack(at))) < totalOf(billOf(usageOfFullReporting(at)));
  };
  return Array.from({ length: MAXIMUM_USERS + 1 }, (_, users) => users).find(isCheaper);
};

const breakEven = (scenario: Scenario): string[] => {
  const shown = COMPARED.map((maximumExecutionFrequency) => {
    const users = breakEvenOf({ ...scenario, maximumExecutionFrequency });
    return `${users === undefined ? 'never' : `${count(users)} users`} at \`${maximumExecutionFrequency}\``;
  });
  return [
    'The whole stack, with alarms, metrics, key events and runbooks, costs less than two rules that report everything and have none of these',
    `from this number of users per account: ${shown.join(', ')}.`,
  ];
};

/** Computes the additional cost of an account if each started evaluation of a hybrid rule reports every user. */
const costOfFullStarts = (scenario: Scenario): number => {
  if (scenario.triggers === 'schedule') return 0;
  const { evaluations } = usageOfStack(scenario);
  const started = RULES * scenario.users * startsOf(scenario);
  return dollarsOfEvaluations(evaluations + started) - dollarsOfEvaluations(evaluations);
};

const bill = (scenario: Scenario): string[] => {
  const account = billOf(usageOfStack(scenario));
  const administrator = billOf(usageOfAdministrator(scenario));
  const row = (line: string, unit: string, [one, central]: readonly [number, number]) => [
    ...[line, unit, dollars(one)],
    dollars(scenario.accounts * one + central),
  ];
  const rowOf = (name: keyof typeof PRICES) => {
    const { line, dollars: unit } = PRICES[name];
    return row(line, price(unit), [account[name], administrator[name]]);
  };
  const tiers = EVALUATION_TIERS.map((tier) => price(tier.dollars)).join(', ');
  const [sum, central] = [totalOf(account), totalOf(administrator)];
  const more = costOfFullStarts(scenario);
  const frequency = `\`${scenario.maximumExecutionFrequency}\``;
  return table(
    [frequency, 'price', 'one account', 'all and the administrator account'],
    [
      row('AWS Config evaluations', tiers, [account.evaluation, administrator.evaluation]),
      ...(Object.keys(PRICES) as (keyof typeof PRICES)[]).map(rowOf),
      row('total', '', [sum, central]),
      ...(more > 0
        ? [row('total if each start reports every user', '', [sum + more, central])]
        : []),
    ],
  );
};

const UNKNOWN =
  'AWS does not document what a hybrid rule reports after an evaluation is started, as key events and runbooks do. With `triggers=schedule` the last row does not apply.';

const SOURCES = ['config', 'cloudwatch', 'sqs', 'lambda', 'systems-manager', 'security-hub']
  .map((service) => `[${service}](https://aws.amazon.com/${service}/pricing/)`)
  .join(', ');

/** Formats the cost of a scenario as Markdown. */
export const reportOf = (scenario: Scenario): string =>
  [
    `\`${optionsOf(scenario)}\``,
    '',
    'Counts apply to one account and a month of 30 days; `violations` is the percentage of users that violate each rule.',
    '',
    ...comparison(scenario),
    '',
    ...breakEven(scenario),
    'AWS [adds up the usage of all accounts](https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/con-bill-blended-rates.html) for prices with tiers. If it does so for evaluations, they cost what *as one account* shows.',
    '',
    ...bill(scenario),
    '',
    ...(costOfFullStarts(scenario) > 0 ? [UNKNOWN] : []),
    'Not included: the first month, in which every user is reported once more, and the configuration items of users, which AWS Config records anyway.',
    '',
    `**These numbers are computed and have not been compared with a bill.** Prices of US East (N. Virginia), without free tiers and, except for evaluations, without volume discounts: ${SOURCES}. An evaluation costs less from the 100,001st and 500,001st in an account and month.`,
  ].join('\n');
