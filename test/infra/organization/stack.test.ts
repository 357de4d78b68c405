import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import cdk from '../../../cdk.json' with { type: 'json' };
import { WrongRegionError } from '../../../infra/key-events/key-event-trigger.ts';
import { deployToOrganization } from '../../../infra/organization/deployment.ts';
import { MembersStack } from '../../../infra/organization/members.ts';
import { readOrganizationSettings } from '../../../infra/organization/settings.ts';
import { OrganizationStack } from '../../../infra/organization/stack.ts';
import { onlyOne, propertiesOf, toText } from '../synthesize.ts';
import { GIVEN, ORGANIZATION, OU, synthesizeOrganization, TEMPLATE } from './synthesize.ts';

const { organization } = synthesizeOrganization({ exemptionTagKey: 'keys-until' });
const AGGREGATOR = 'AWS::Config::ConfigurationAggregator';
const ROLE = 'AWS::IAM::Role';
const SINK = 'AWS::Oam::Sink';

describe('the aggregator', () => {
  it('reads every account of the organization, of this Region only', () => {
    expect(onlyOne(organization, AGGREGATOR)['OrganizationAggregationSource']).toEqual({
      AwsRegions: [{ Ref: 'AWS::Region' }],
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^AggregatorRole/), 'Arn'] },
    });
  });

  it('has a role that lists accounts and does nothing else', () => {
    const role = onlyOne(organization, ROLE);
    expect(role).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [{ Principal: { Service: 'config.amazonaws.com' } }],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: [
                  'organizations:DescribeOrganization',
                  'organizations:ListAWSServiceAccessForOrganization',
                  'organizations:ListAccounts',
                  'organizations:ListDelegatedAdministrators',
                ],
                Resource: '*',
              },
            ],
          },
        },
      ],
    });
    expect(role).not.toHaveProperty('ManagedPolicyArns');
    expect(propertiesOf(organization, 'AWS::IAM::Policy')).toEqual([]);
  });

  it('has a command that shows what it cannot read, in its own Region', () => {
    const { SourcesCommand } = organization.findOutputs('SourcesCommand');
    expect(toText(SourcesCommand?.['Value'])).toMatch(
      /describe-configuration-aggregator-sources-status --region .*AWS::Region.* --configuration-aggregator-name .*Aggregator.* --update-status FAILED OUTDATED/,
    );
  });

  it('is not made where there is one', () => {
    const { organization: other } = synthesizeOrganization({ aggregatorName: 'ours' });
    for (const type of [AGGREGATOR, ROLE]) expect(propertiesOf(other, type)).toEqual([]);
    expect(other.findOutputs('AggregatorName')['AggregatorName']).toMatchObject({ Value: 'ours' });
  });
});

describe('the stored queries', () => {
  it('are there for violations, and for exemptions where a tag exempts', () => {
    const names = (settings: object) =>
      propertiesOf(
        synthesizeOrganization({ ...settings }).organization,
        'AWS::Config::StoredQuery',
      ).map(({ QueryName }) => QueryName);
    const violations = [
      'iam-user-access-key-violations-by-account',
      'iam-user-access-key-violations',
    ];
    expect(names({})).toEqual(violations);
    expect(names({ exemptionTagKey: 'keys-until' })).toEqual([
      ...violations,
      'iam-user-access-key-exemptions',
    ]);
  });
});

describe('the sink', () => {
  it('takes metrics, of accounts of this organization only', () => {
    expect(onlyOne(organization, SINK)['Policy']).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: ['oam:CreateLink', 'oam:UpdateLink'],
          Condition: {
            StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION },
            'ForAllValues:StringEquals': { 'oam:ResourceTypes': ['AWS::CloudWatch::Metric'] },
          },
        },
      ],
    });
  });

  it.each([
    { linkMetrics: false },
    { monitoringSinkArn: 'arn:aws:oam:us-east-1:123456789012:sink/8a9b' },
  ])('is not made with %j', (settings) => {
    expect(propertiesOf(synthesizeOrganization(settings).organization, SINK)).toEqual([]);
  });
});

describe('the roll-up', () => {
  const body = JSON.parse(
    toText(onlyOne(organization, 'AWS::CloudWatch::Dashboard')['DashboardBody']),
  );
  const titles = body.widgets.flatMap((widget: { properties: { title?: string } }) =>
    widget.properties.title === undefined ? [] : [widget.properties.title],
  );
  const expressions: string[] = body.widgets.flatMap(
    (widget: { properties: { metrics?: { expression: string }[][] } }) =>
      (widget.properties.metrics ?? []).flat().map(({ expression }) => expression),
  );

  it('asks one query of Metrics Insights a widget, as one call takes no more', () => {
    for (const { properties } of body.widgets) {
      const asked = JSON.stringify(properties.metrics ?? []).split('SELECT ').length - 1;
      expect(asked, properties.title).toBe(properties.metrics === undefined ? 0 : 1);
    }
  });

  it('fills its rows', () => {
    const widths = new Map<number, number>();
    for (const { y, width } of body.widgets) widths.set(y, (widths.get(y) ?? 0) + width);
    expect([...widths.values()]).toEqual([24, 24, 24]);
  });

  it('shows the same of both rules', () => {
    expect(titles).toEqual([
      'iam-user-single-access-key: NON_COMPLIANT users',
      'Accounts with the most',
      'Sweeps that succeeded',
      'Results reported (billed)',
      'Accounts where a sweep failed: 0',
      'iam-user-inactive-access-key: NON_COMPLIANT users',
      'Accounts with the most',
      'Sweeps that succeeded',
      'Results reported (billed)',
      'Accounts where a sweep failed: 0',
    ]);
    const ofRule = (name: string) =>
      expressions
        .filter((text) => text.includes(`'${name}'`))
        .map((text) => text.replace(`'${name}'`, ''));
    expect(ofRule('iam-user-single-access-key')).toEqual(ofRule('iam-user-inactive-access-key'));
    expect(ofRule('iam-user-single-access-key')).toHaveLength(5);
  });

  it('names the accounts with the fewest successful sweeps: first those where one failed', () => {
    const ofSweeps = expressions.filter((text) => text.includes('MIN('));
    expect(ofSweeps).toHaveLength(2);
    for (const text of ofSweeps)
      expect(text).toMatch(/^SELECT MIN\(SuccessfulSweeps\) .* ORDER BY MIN\(\) ASC LIMIT 10$/);
  });

  it('names the accounts with the most users that violate', () => {
    const ofMost = expressions.filter((text) => /MAX\(Violations\).* LIMIT 10$/.test(text));
    expect(ofMost).toHaveLength(2);
    for (const text of ofMost) expect(text).toContain(' ORDER BY MAX() DESC ');
  });

  it('adds up each account once, as many as a query gives', () => {
    expect(expressions[0]).toBe('SUM(accounts)');
    expect(expressions[1]).toMatch(/^SELECT MAX\(Violations\) .* ORDER BY MAX\(\) DESC LIMIT 500$/);
  });
});

describe('the stacks', () => {
  it('tag what takes tags, but for the dashboard, whose tags CloudFormation does not know in every Region', () => {
    const tag = [{ Key: 'part-of', Value: 'iam-user-single-access-key' }];
    const tagged = [AGGREGATOR, ROLE, 'AWS::Config::StoredQuery'];
    for (const type of tagged)
      for (const resource of propertiesOf(organization, type))
        expect(resource, type).toMatchObject({ Tags: tag });
    expect(onlyOne(organization, SINK)['Tags']).toEqual({
      'part-of': 'iam-user-single-access-key',
    });
    expect(onlyOne(organization, 'AWS::CloudWatch::Dashboard')).not.toHaveProperty('Tags');
  });

  it('are refused outside the Region of IAM', () => {
    const scope = new App({ context: cdk.context });
    const settings = readOrganizationSettings(GIVEN);
    const env = { region: 'eu-west-1' };
    const expected =
      /an organization is deployed to from the Region .* us-east-1 or us-gov-west-1 or cn-north-1; got eu-west-1/;
    expect(() => new OrganizationStack(scope, 'One', { settings, env })).toThrow(WrongRegionError);
    expect(() => new OrganizationStack(scope, 'Two', { settings, env })).toThrow(expected);
    const wave = { name: 'all', organizationalUnits: [OU] };
    expect(
      () => new MembersStack(scope, 'Three', { settings, env, wave, template: TEMPLATE }),
    ).toThrow(expected);
  });

  it('have nothing that cdk-nag finds and that is not explained', () => {
    for (const stack of synthesizeOrganization().stacks)
      expect(new AwsSolutionsChecks().validateScope(stack)).toEqual({
        success: true,
        violations: [],
      });
  });

  it('are valid CloudFormation, as CDK checks it', () => {
    const before = process.env['CDK_VALIDATION'];
    delete process.env['CDK_VALIDATION'];
    try {
      const app = new App({ context: cdk.context });
      deployToOrganization(app, {
        template: TEMPLATE,
        settings: readOrganizationSettings({ ...GIVEN, excludedAccounts: '111111111111' }),
      });
      const messages = app.synth().stacks.flatMap((stack) => stack.messages);
      expect(messages.filter(({ level }) => level !== 'info')).toEqual([]);
    } finally {
      if (before !== undefined) process.env['CDK_VALIDATION'] = before;
    }
  });
});
