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
import { GIVEN, OU, synthesizeOrganization, TEMPLATE } from './synthesize.ts';

const { organization } = synthesizeOrganization({ exemptionTagKey: 'keys-until' });
const AGGREGATOR = 'AWS::Config::ConfigurationAggregator';
const ROLE = 'AWS::IAM::Role';

describe('the aggregator', () => {
  it('collects from every account of the organization in this Region', () => {
    expect(onlyOne(organization, AGGREGATOR)['OrganizationAggregationSource']).toEqual({
      AwsRegions: [{ Ref: 'AWS::Region' }],
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^AggregatorRole/), 'Arn'] },
    });
  });

  it('has a role that may only list accounts', () => {
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

  it('has a command that lists accounts without current data', () => {
    const { SourcesCommand } = organization.findOutputs('SourcesCommand');
    expect(toText(SourcesCommand?.['Value'])).toMatch(
      /describe-configuration-aggregator-sources-status --region .*AWS::Region.* --configuration-aggregator-name .*Aggregator.* --update-status FAILED OUTDATED/,
    );
  });

  it('is not created with aggregatorName', () => {
    const { organization: other } = synthesizeOrganization({ aggregatorName: 'other' });
    for (const type of [AGGREGATOR, ROLE]) expect(propertiesOf(other, type)).toEqual([]);
    expect(other.findOutputs('AggregatorName')['AggregatorName']).toMatchObject({ Value: 'other' });
  });
});

describe('the stored queries', () => {
  it('find violations, and exemptions with exemptionTagKey', () => {
    const names = (settings: object) =>
      propertiesOf(
        synthesizeOrganization({ ...settings }).organization,
        'AWS::Config::StoredQuery',
      ).map(({ QueryName }) => QueryName);
    const violations = [
      'iam-user-access-key-violations-by-account',
      'iam-user-access-key-violations',
      'iam-user-inactive-access-key-violations-by-account',
      'iam-user-inactive-access-key-violations',
      'iam-user-access-key-users-by-account',
    ];
    expect(names({})).toEqual(violations);
    expect(names({ exemptionTagKey: 'keys-until' })).toEqual([
      ...violations,
      'iam-user-access-key-exemptions',
    ]);
  });
});

describe('the stacks', () => {
  it('tag all resources', () => {
    const tag = [{ Key: 'part-of', Value: 'iam-user-single-access-key' }];
    const tagged = [AGGREGATOR, ROLE, 'AWS::Config::StoredQuery'];
    for (const type of tagged)
      for (const resource of propertiesOf(organization, type))
        expect(resource, type).toMatchObject({ Tags: tag });
  });

  it('require the Region of IAM', () => {
    const scope = new App({ context: cdk.context });
    const settings = readOrganizationSettings(GIVEN);
    const env = { region: 'eu-west-1' };
    const expected =
      /the stacks of an organization require the Region of IAM, .* us-east-1 or us-gov-west-1 or cn-north-1; got eu-west-1/;
    expect(() => new OrganizationStack(scope, 'One', { settings, env })).toThrow(WrongRegionError);
    expect(() => new OrganizationStack(scope, 'Two', { settings, env })).toThrow(expected);
    const wave = { name: 'all', organizationalUnits: [OU] };
    expect(
      () => new MembersStack(scope, 'Three', { settings, env, wave, template: TEMPLATE }),
    ).toThrow(expected);
  });

  it('have no violations of cdk-nag', () => {
    for (const stack of synthesizeOrganization().stacks)
      expect(new AwsSolutionsChecks().validateScope(stack)).toEqual({
        success: true,
        violations: [],
      });
  });

  it('are valid for CDK', () => {
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
  }, 120_000);
});
