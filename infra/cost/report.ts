import {
  billOf,
  dollarsOfEvaluations,
  EVALUATION_TIERS,
  EVALUATIONS,
  PRICES,
  totalOf,
} from './bill.ts';
import { MAXIMUM_USERS, optionsOf, type Scenario } from './scenario.ts';
import { eventsOf, RULES, usageOfFullReporting, usageOfStack } from './usage.ts';

/** Formats a count, rounded. */
export const count = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: 0 });

/** Formats dollars, with cents below $100. */
export const dollars = (value: number): string => {
  const digits = value < 100 ? 2 : 0;
  const bounds = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `$${value.toLocaleString('en', bounds)}`;
};

/** Formats a Markdown table whose columns are aligned. All columns but the first hold numbers. */
const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    widths.map((width, column) =>
      column === 0 ? row[0]?.padEnd(width) : row[column]?.padStart(width),
    ),
  );
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [lines[0] ?? [], rule, ...lines.slice(1)].map((cells) => `| ${cells.join(' | ')} |`);
};

/** The numbers of users of the columns for a single account. */
const SIZES = [10, 50, 500, 5_000];

/** A column of the table: its heading, the scenario of an account, and the number of these accounts. */
type Column = { readonly heading: string; readonly at: Scenario; readonly accounts: number };

const columnsOf = (scenario: Scenario): readonly Column[] => {
  const { users, accounts } = scenario;
  return [
    ...SIZES.map((size) => ({
      ...{ heading: count(size), accounts: 1 },
      at: { ...scenario, users: size },
    })),
    { heading: `${count(accounts)} × ${count(users)}`, at: scenario, accounts },
  ];
};

/** Computes the additional cost of an account if each started evaluation of a hybrid rule reports every user. */
const costOfFullStarts = (scenario: Scenario): number => {
  if (scenario.triggers === 'schedule') return 0;
  const { evaluations } = usageOfStack(scenario);
  const started = RULES * scenario.users * eventsOf(scenario).starts;
  return dollarsOfEvaluations(evaluations + started) - dollarsOfEvaluations(evaluations);
};

/** Computes the rows of the table. A line that costs nothing in any column is left out. */
const rowsOf = (scenario: Scenario): readonly (readonly string[])[] => {
  const columns = columnsOf(scenario);
  const row = (line: string, of: (at: Scenario) => number, format = dollars) => {
    const values = columns.map(({ at, accounts }) => accounts * of(at));
    return values.some((value) => value > 0) ? [[line, ...values.map(format)]] : [];
  };
  const lines = new Set([EVALUATIONS, ...Object.values(PRICES)].map(({ line }) => line));
  const total = (at: Scenario) => totalOf(usageOfStack(at));
  const hasStarts = columns.some(({ at }) => costOfFullStarts(at) > 0);
  return [
    ['users', ...columns.map(({ heading }) => heading)],
    ...[...lines].flatMap((line) => row(line, (at) => billOf(usageOfStack(at)).get(line) ?? 0)),
    ...row('total', total),
    ...row('reporting everything', (at) => totalOf(usageOfFullReporting(at))),
    ...(hasStarts ? row('total, starts report all', (at) => total(at) + costOfFullStarts(at)) : []),
    ...row('evaluations', (at) => usageOfStack(at).evaluations, count),
    ...row('IAM calls, free', (at) => usageOfStack(at).iamCalls, count),
    ...row('Config calls, free', (at) => usageOfStack(at).configCalls, count),
  ];
};

/** Returns the smallest number of users with which the stack costs less than reporting everything. */
export const breakEvenOf = (scenario: Scenario): number | undefined => {
  const isCheaper = (users: number): boolean => {
    const at = { ...scenario, users };
    return totalOf(usageOfStack(at)) < totalOf(usageOfFullReporting(at));
  };
  return Array.from({ length: MAXIMUM_USERS + 1 }, (_, users) => users).find(isCheaper);
};

const breakEven = (scenario: Scenario): string => {
  const users = breakEvenOf(scenario);
  const stack = 'stack with alarms, key events and runbooks';
  return users === undefined
    ? `The ${stack} always costs more than two rules that report everything.`
    : `From ${count(users)} users on, the ${stack} costs less than two rules that report everything.`;
};

const NOTES = [
  '*Reporting everything*: two rules that report every user at each sweep, with nothing else deployed. *Starts report all*: AWS does not document what a hybrid rule reports after an evaluation is started, as key events and runbooks do; with `triggers=schedule` the row does not apply.',
  'Not included: the first month, in which every user is reported once more; the configuration items of users, which AWS Config records anyway; queries of logs, $0.005 per GB.',
];

const sources = (): string =>
  [...new Set([EVALUATIONS, ...Object.values(PRICES)].map(({ source }) => source))]
    .map((service) => `[${service}](https://aws.amazon.com/${service}/pricing/)`)
    .join(', ');

/** Formats the cost of a scenario as Markdown. */
export const reportOf = (scenario: Scenario): string => {
  const [first, second, third] = EVALUATION_TIERS.map((tier) => `$${tier.dollars}`);
  return [
    `\`${optionsOf(scenario)}\``,
    '',
    'US dollars a month, for one account by its number of users, and for many accounts, each priced separately:',
    '',
    ...table(rowsOf(scenario)),
    '',
    breakEven(scenario),
    ...NOTES,
    '',
    `**These numbers are computed and have not been compared with a bill.** Prices of US East (N. Virginia), without free tiers and, except for evaluations, without volume discounts: ${sources()}. An evaluation costs ${first}, from the 100,001st in an account and month ${second}, from the 500,001st ${third}.`,
  ].join('\n');
};
