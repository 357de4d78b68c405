import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { WrongRegionError } from '../../../infra/key-events/key-event-trigger.ts';
import { onlyOne, type Properties, propertiesOf, toText } from '../synthesize.ts';
import { OU, synthesizeOrganization } from './synthesize.ts';

const STACK_SET = 'AWS::CloudFormation::StackSet';

const stackSets = (settings: Properties = {}) =>
  synthesizeOrganization(settings).members.map((members) => onlyOne(members, STACK_SET));

const parametersOf = ({ ['Parameters']: parameters }: Properties): Record<string, unknown> =>
  Object.fromEntries(
    Object.values(Object(parameters)).map((parameter) => {
      const { ParameterKey, ParameterValue } = Object(parameter);
      return [ParameterKey, ParameterValue];
    }),
  );

const [stackSet] = stackSets();

describe('the StackSet', () => {
  it('reads the template from S3', () => {
    expect(stackSet).not.toHaveProperty('TemplateBody');
    expect(JSON.stringify(stackSet?.['TemplateURL'])).toMatch(
      /https:\/\/s3\.\$\{AWS::Region\}\.\$\{AWS::URLSuffix\}\/cdk-\w+-assets-.*\.json/,
    );
  });

  it('has the tag of the project', () => {
    const Tags = [{ Key: 'part-of', Value: 'iam-user-single-access-key' }];
    expect(stackSet).toMatchObject({ Tags });
  });

  it('deploys to accounts that join, and deletes from accounts that leave', () => {
    expect(stackSet).toMatchObject({
      PermissionModel: 'SERVICE_MANAGED',
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      ManagedExecution: { Active: true },
      Capabilities: ['CAPABILITY_IAM'],
    });
  });

  it('deploys to one Region, which must be that of IAM', () => {
    expect(stackSet?.['StackInstancesGroup']).toEqual([
      {
        Regions: [{ Ref: 'AWS::Region' }],
        DeploymentTargets: { OrganizationalUnitIds: [OU] },
      },
    ]);
    for (const template of synthesizeOrganization().members)
      expect(JSON.stringify(template.toJSON()['Rules'])).toContain(
        '["us-east-1","us-gov-west-1","cn-north-1"]',
      );
  });

  it('deploys to 5 % of the accounts at a time and tolerates 2 % failures by default', () => {
    expect(stackSet?.['OperationPreferences']).toEqual({
      MaxConcurrentPercentage: 5,
      FailureTolerancePercentage: 2,
      ConcurrencyMode: 'SOFT_FAILURE_TOLERANCE',
    });
    const [other] = stackSets({ maxConcurrentPercentage: 1, failureTolerancePercentage: 0 });
    expect(other?.['OperationPreferences']).toMatchObject({
      MaxConcurrentPercentage: 1,
      FailureTolerancePercentage: 0,
    });
  });

  it('skips excluded accounts', () => {
    const [excluding] = stackSets({ excludedAccounts: '111111111111,222222222222' });
    expect(excluding?.['StackInstancesGroup']).toMatchObject([
      {
        DeploymentTargets: {
          OrganizationalUnitIds: [OU],
          Accounts: ['111111111111', '222222222222'],
          AccountFilterType: 'DIFFERENCE',
        },
      },
    ]);
  });

  it('depends on other StackSets, such as that of the recorder', () => {
    const recorder =
      'arn:aws:cloudformation:us-east-1:123456789012:stackset/recorder:8a9b1c2d-0000-4000-8000-0123456789ab';
    const [depending] = stackSets({ dependsOnStackSets: recorder });
    expect(depending?.['AutoDeployment']).toMatchObject({ Enabled: true, DependsOn: [recorder] });
    expect(stackSet?.['AutoDeployment']).not.toHaveProperty('DependsOn');
  });

  it.each([
    [false, 'SELF'],
    [true, 'DELEGATED_ADMIN'],
  ])('is called with delegatedAdministrator %s as %s', (delegatedAdministrator, CallAs) => {
    expect(stackSets({ delegatedAdministrator })).toMatchObject([{ CallAs }]);
  });

  it('passes the settings as template parameters', () => {
    const [set = {}] = stackSets({
      maximumExecutionFrequency: 'Six_Hours',
      exemptionTagKey: 'keys-until',
    });
    expect(parametersOf(set)).toMatchObject({
      MaximumExecutionFrequency: 'Six_Hours',
      ExemptionTagKey: 'keys-until',
      Dashboard: 'false',
      Approvers: '',
    });
  });
});

describe('the Region of the deployment', () => {
  const warningsIn = (region: string) =>
    synthesizeOrganization({}, region).stacks.flatMap((stack) =>
      Annotations.fromStack(stack).findWarning('*', Match.anyValue()),
    );

  it('is GovCloud: a warning says that the accounts have no Remediate button', () => {
    expect(warningsIn('us-gov-west-1')).toMatchObject([
      {
        id: '/IamUserSingleAccessKeyMembers-all',
        entry: { data: expect.stringContaining('in us-gov-west-1, so there is no Remediate') },
      },
    ]);
  });

  it.each(['us-east-1', 'cn-north-1'])('is %s: no warning', (region) => {
    expect(warningsIn(region)).toEqual([]);
  });

  it('must be that of IAM', () => {
    expect(() => synthesizeOrganization({}, 'us-gov-east-1')).toThrow(WrongRegionError);
  });
});

describe('waves', () => {
  const waves = { organizationalUnits: `canary:${OU};rest:ou-ab12-00000000` };
  const { stacks, members } = synthesizeOrganization(waves);

  it('have a stack with a StackSet each, in order', () => {
    const names = ['IamUserSingleAccessKeyMembers-canary', 'IamUserSingleAccessKeyMembers-rest'];
    expect(stacks.map(({ stackName }) => stackName)).toEqual([
      'IamUserSingleAccessKeyOrganization',
      ...names,
    ]);
    expect(members.map((one) => onlyOne(one, STACK_SET)['StackSetName'])).toEqual(names);
  });

  it('have the same template', () => {
    const [one, other] = members.map((each) => onlyOne(each, STACK_SET)['TemplateURL']);
    expect(one).toEqual(other);
  });

  it('have a command that lists failed accounts', () => {
    const [outputs] = members.map((each) => each.findOutputs('ProblemsCommand'));
    expect(toText(outputs?.['ProblemsCommand']?.['Value'])).toBe(
      `aws cloudformation list-stack-instances --region {AWS::Region} --call-as SELF --stack-set-name IamUserSingleAccessKeyMembers-canary --query "Summaries[?Status!='CURRENT'].[Account,StatusReason]" --output table`,
    );
  });

  it.each([
    ['RetryCommand', /^aws cloudformation create-stack-instances /, /INTERSECTION$/],
    ['RemoveCommand', /^aws cloudformation delete-stack-instances /, / --no-retain-stacks$/],
  ])('have a %s for single accounts', (name, start, end) => {
    const [outputs] = members.map((each) => each.findOutputs(name));
    const command = toText(outputs?.[name]?.['Value']);
    expect(command).toMatch(start);
    expect(command).toMatch(end);
    expect(command).toContain(
      `--region {AWS::Region} --call-as SELF --stack-set-name IamUserSingleAccessKeyMembers-canary --regions {AWS::Region} --deployment-targets OrganizationalUnitIds=${OU},Accounts=ACCOUNT_ID,AccountFilterType=INTERSECTION`,
    );
  });

  it('have only a StackSet each, and no condition', () => {
    for (const each of members) {
      expect(each.toJSON()).not.toHaveProperty('Conditions');
      expect(Object.keys(each.toJSON()['Resources'])).toHaveLength(
        propertiesOf(each, STACK_SET).length,
      );
    }
  });
});
