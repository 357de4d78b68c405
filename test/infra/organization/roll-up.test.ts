import { describe, expect, it } from 'vitest';
import { byAccount, overAllAccounts } from '../../../infra/organization/roll-up.ts';
import { onlyOne, toText } from '../synthesize.ts';
import { synthesizeOrganization } from './synthesize.ts';

type Widget = {
  readonly y: number;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly (readonly { readonly expression: string }[])[];
  };
};

const { organization } = synthesizeOrganization();
const dashboard = onlyOne(organization, 'AWS::CloudWatch::Dashboard');
const { widgets } = JSON.parse(toText(dashboard['DashboardBody'])) as { widgets: Widget[] };
const expressions = widgets
  .flatMap(({ properties }) => properties.metrics ?? [])
  .flat()
  .map(({ expression }) => expression);

describe('Metrics Insights queries', () => {
  const query = { metric: 'Violations', statistic: 'MAX', configRuleName: 'keys' } as const;

  it('return one number over all accounts', () => {
    expect(overAllAccounts(query)).toBe(
      `SELECT MAX(Violations) FROM SCHEMA("IamUserSingleAccessKey", ConfigRuleName) WHERE ConfigRuleName = 'keys'`,
    );
  });

  it.each(['DESC', 'ASC'] as const)('return one number per account, in order %s', (order) => {
    expect(byAccount(query, order, 10)).toBe(
      `${overAllAccounts(query)} GROUP BY AWS.AccountId ORDER BY MAX() ${order} LIMIT 10`,
    );
  });
});

describe('the dashboard of the organization', () => {
  it('has one Metrics Insights query per graph, the limit of GetMetricData', () => {
    for (const { properties } of widgets) {
      const queries = JSON.stringify(properties.metrics ?? []).split('SELECT ').length - 1;
      expect(queries, properties.title).toBe(properties.metrics === undefined ? 0 : 1);
    }
  });

  it('has no gaps', () => {
    const widths = new Map<number, number>();
    for (const { y, width } of widgets) widths.set(y, (widths.get(y) ?? 0) + width);
    expect([...widths.values()]).toEqual([24, 24, 24]);
  });

  it('shows the same for both rules', () => {
    const titles = widgets.flatMap(({ properties: { title } }) => title ?? []);
    const row = [
      'Accounts with the most violations',
      'Successful sweeps',
      'Results reported (billed)',
      'Accounts with a failed sweep (0)',
    ];
    const rules = ['iam-user-single-access-key', 'iam-user-inactive-access-key'];
    expect(titles).toEqual(rules.flatMap((rule) => [`${rule}: NON_COMPLIANT users`, ...row]));
    const [single, inactive] = rules.map((rule) =>
      expressions.filter((text) => text.includes(rule)).map((text) => text.replace(rule, '')),
    );
    expect(single).toEqual(inactive);
    expect(single).toHaveLength(5);
  });

  it.each([
    ['accounts with a failed sweep', /^SELECT MIN\(SuccessfulSweeps\) .* BY MIN\(\) ASC LIMIT 10$/],
    ['accounts with the most violations', /^SELECT MAX\(Violations\) .* BY MAX\(\) DESC LIMIT 10$/],
    ['the sum over accounts', /^SELECT MAX\(Violations\) .* BY MAX\(\) DESC LIMIT 500$/],
  ])('queries %s for both rules', (_, query) => {
    expect(expressions.filter((expression) => query.test(expression))).toHaveLength(2);
  });

  it('sums the maximum of each account', () => {
    expect(expressions[0]).toBe('SUM(accounts)');
  });
});
