import type { Frequency } from '../frequencies.ts';
import { startsOf } from './activity.ts';
import { billOf, type Line, totalOf } from './dollars.ts';
import { count, dollars, price, table } from './markdown.ts';
import { dollarsByTier, EVALUATION_TIERS, PRICES, SOURCES } from './prices.ts';
import type { Scenario } from './scenario.ts';
import {
  type Usage,
  usageOfAdministrator,
  usageOfReportingEverything,
  usageOfStack,
} from './usage.ts';

const DAILY = 'TwentyFour_Hours';
const SHOWN: readonly Frequency[] = [DAILY, 'Six_Hours', 'One_Hour'];

const assumptions = (scenario: Scenario): readonly string[] => {
  const { accounts, users, violations, keyChanges, userChanges, remediations } = scenario;
  return [
    `${count(accounts)} accounts. In each, in a month of 30 days: ${count(users)} users, of whom ${violations} % violate each rule;`,
    `${count(keyChanges)} changes of keys, ${count(userChanges)} of users; ${count(remediations)} keys that the runbooks deactivate and delete.`,
    `\`refreshDays\` ${scenario.refreshDays}, \`triggers=${scenario.triggers}\`, \`keyEvents=${scenario.keyEvents}\`, \`dashboard=${scenario.dashboard}\`, \`securityHubFindings=${scenario.securityHubFindings}\`.`,
    `Somebody looks at the roll-up ${count(scenario.rollUpViews)} times.`,
  ];
};

/** These rules beside rules that report everything, for all accounts. */
const comparison = (scenario: Scenario): readonly string[] => {
  const rowOf = (name: string, usage: Usage): string[] => {
    const bill = billOf(usage);
    const counts = [usage.evaluations, usage.iamCalls, usage.configCalls];
    const costs = [bill['AWS Config evaluations'], totalOf(bill)];
    const all = (value: number) => scenario.accounts * value;
    return [name, ...counts.map(all).map(count), ...costs.map(all).map(dollars)];
  };
  const head = [
    'in all accounts',
    'evaluations',
    'IAM calls',
    'Config calls',
    'paid for evaluations',
    'paid in all',
  ];
  return table(
    head,
    SHOWN.flatMap((frequency) => [
      rowOf(`\`${frequency}\`, these rules`, usageOfStack(scenario, frequency)),
      rowOf('reporting everything', usageOfReportingEverything(scenario, frequency)),
    ]),
  );
};

/** The bill at one sweep a day, of an account and of all. */
const bill = (scenario: Scenario): readonly string[] => {
  const account = billOf(usageOfStack(scenario, DAILY));
  const administrator = billOf(usageOfAdministrator(scenario));
  const rowOf = (line: string, one: number, central: number): string[] => [
    line,
    dollars(one),
    dollars(scenario.accounts * one + central),
  ];
  const lines = Object.keys(account) as Line[];
  return table(
    [`\`${DAILY}\``, 'an account', 'all, with the administrator account'],
    [
      ...lines.map((line) => rowOf(line, account[line], administrator[line])),
      rowOf('in all', totalOf(account), totalOf(administrator)),
    ],
  );
};

/** What is not in the bill since nobody knows. */
const unknown = (scenario: Scenario): readonly string[] => {
  const more = 2 * scenario.users * startsOf(scenario);
  if (scenario.triggers === 'schedule' || more === 0) return [];
  const { evaluations } = usageOfStack(scenario, DAILY);
  const dollarsOf = (sum: number) => scenario.accounts * dollarsByTier(sum, EVALUATION_TIERS);
  const costs = dollarsOf(evaluations + more) - dollarsOf(evaluations);
  return [
    `Not in it: AWS does not say what the start of an evaluation sends to a hybrid rule. Should it be every user, that is up to`,
    `${count(scenario.accounts * more)} evaluations and ${dollars(costs)} more; \`triggers=schedule\` rules it out.`,
    '',
  ];
};

const prices = (): readonly string[] =>
  Object.entries(SOURCES).map(([service, source]) => {
    const ofService = Object.values(PRICES).filter((one) => one.service === service);
    const said = ofService.map(({ dollars: one, of }) => `${price(one)} ${of}`);
    const tiers = EVALUATION_TIERS.map(({ units, dollars: one }) =>
      Number.isFinite(units) ? `${price(one)} for ${count(units)}` : `${price(one)} above`,
    );
    const evaluations = service === 'AWS Config' ? [`evaluations ${tiers.join(', ')}`] : [];
    return `* [${service}](${source}): ${[...evaluations, ...said].join('; ')}`;
  });

/** What a scenario costs, as Markdown: computed, and not yet checked against a bill. */
export const reportOf = (scenario: Scenario): string =>
  [
    ...assumptions(scenario),
    '',
    ...comparison(scenario),
    '',
    ...bill(scenario),
    '',
    ...unknown(scenario),
    '**Computed, at most, and not yet checked against a bill.** Prices of US East (N. Virginia), without free tiers and discounts for much:',
    '',
    ...prices(),
  ].join('\n');
