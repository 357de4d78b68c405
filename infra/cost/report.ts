import { startsOf } from './activity.ts';
import { RULES } from './assumptions.ts';
import { breakEven, comparisonOf } from './comparison.ts';
import { billOf, type Line, totalOf } from './dollars.ts';
import { count, dollars, price, table } from './markdown.ts';
import { dollarsByTier, EVALUATION_TIERS, PRICES, SOURCES } from './prices.ts';
import type { Scenario } from './scenario.ts';
import { usageOfAdministrator, usageOfStack } from './usage.ts';

const assumptions = (scenario: Scenario): readonly string[] => {
  const { accounts, users, violations, keyChanges, userChanges, remediations } = scenario;
  return [
    `${count(accounts)} accounts. In each, in a month of 30 days: ${count(users)} users, of whom ${violations} % violate each rule;`,
    `${count(keyChanges)} changes of keys, ${count(userChanges)} of users; ${count(remediations)} keys that the runbooks deactivate and delete.`,
    `\`refreshDays\` ${scenario.refreshDays}, \`triggers=${scenario.triggers}\`, \`keyEvents=${scenario.keyEvents}\`, \`dashboard=${scenario.dashboard}\`, \`securityHubFindings=${scenario.securityHubFindings}\`.`,
    `Somebody looks at the roll-up ${count(scenario.rollUpViews)} times.`,
  ];
};

/** What more an account pays should each start of an evaluation send every user, which AWS does not say. */
const unknownOf = (scenario: Scenario): number => {
  if (scenario.triggers === 'schedule') return 0;
  const { evaluations } = usageOfStack(scenario, scenario.frequency);
  const more = RULES * scenario.users * startsOf(scenario);
  return (
    dollarsByTier(evaluations + more, EVALUATION_TIERS) -
    dollarsByTier(evaluations, EVALUATION_TIERS)
  );
};

/** The bill of an account, and of all. */
const bill = (scenario: Scenario): readonly string[] => {
  const { accounts, frequency } = scenario;
  const account = billOf(usageOfStack(scenario, frequency));
  const administrator = billOf(usageOfAdministrator(scenario));
  const rowOf = (line: string, one: number, central: number): string[] => [
    line,
    dollars(one),
    dollars(accounts * one + central),
  ];
  const lines = Object.keys(account) as Line[];
  const [sum, central] = [totalOf(account), totalOf(administrator)];
  const unknown = unknownOf(scenario);
  return table(
    [`\`${frequency}\``, 'an account', 'all, and the administrator account'],
    [
      ...lines.map((line) => rowOf(line, account[line], administrator[line])),
      rowOf('in all', sum, central),
      ...(unknown === 0
        ? []
        : [rowOf('in all, should a start send every user', sum + unknown, central)]),
    ],
  );
};

/** What the tables leave open. */
const open = (scenario: Scenario): readonly string[] => [
  ...(unknownOf(scenario) === 0
    ? []
    : [
        'AWS does not say what the start of an evaluation, by a key event or at the end of a runbook, sends to a hybrid rule: `triggers=schedule` rules out the last row.',
      ]),
  'Not in them: the first month, in which every user is reported once more, and the configuration items of users, which the recorder makes anyway.',
];

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

/** How AWS bills an organization. */
const CONSOLIDATED =
  'https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/con-bill-blended-rates.html';

/** What a scenario costs, as Markdown: computed, and not yet checked against a bill. */
export const reportOf = (scenario: Scenario): string =>
  [
    ...assumptions(scenario),
    '',
    ...comparisonOf(scenario),
    '',
    ...breakEven(scenario),
    `AWS [adds up what all accounts use](${CONSOLIDATED}) where a price falls with it; *as one account* is what evaluations cost if it does so here.`,
    '',
    ...bill(scenario),
    '',
    ...open(scenario),
    '',
    '**Computed, and not yet checked against a bill.** Prices of US East (N. Virginia), without free tiers and, but for evaluations, discounts for much:',
    '',
    ...prices(),
  ].join('\n');
