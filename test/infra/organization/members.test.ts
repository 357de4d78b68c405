import { describe, expect, it } from 'vitest';
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

describe('the accounts of an organization', () => {
  it('get the template from S3, where CloudFormation reads 1 MB of it', () => {
    expect(stackSet).not.toHaveProperty('TemplateBody');
    expect(JSON.stringify(stackSet?.['TemplateURL'])).toMatch(
      /https:\/\/s3\.\$\{AWS::Region\}\.\$\{AWS::URLSuffix\}\/cdk-\w+-assets-.*\.json/,
    );
  });

  it('get it by a stack set that has the tag of the project', () => {
    const Tags = [{ Key: 'part-of', Value: 'iam-user-single-access-key' }];
    expect(stackSet).toMatchObject({ Tags });
  });

  it('get it whether they are there now or come later, and lose it when they leave', () => {
    expect(stackSet).toMatchObject({
      PermissionModel: 'SERVICE_MANAGED',
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      ManagedExecution: { Active: true },
      Capabilities: ['CAPABILITY_IAM'],
    });
  });

  it('get it in exactly one Region, that of IAM: this one', () => {
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

  it('get it 5 % at a time, until more than 2 % failed', () => {
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

  it('do not get it where they are excluded', () => {
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

  it('come after the stack sets that they depend on, such as that of the recorder', () => {
    const recorder =
      'arn:aws:cloudformation:us-east-1:123456789012:stackset/recorder:8a9b1c2d-0000-4000-8000-0123456789ab';
    const [depending] = stackSets({ dependsOnStackSets: recorder });
    expect(depending?.['AutoDeployment']).toMatchObject({ Enabled: true, DependsOn: [recorder] });
    expect(stackSet?.['AutoDeployment']).not.toHaveProperty('DependsOn');
  });

  it.each([
    [false, 'SELF'],
    [true, 'DELEGATED_ADMIN'],
  ])('get it from a delegated administrator: %s', (delegatedAdministrator, CallAs) => {
    expect(stackSets({ delegatedAdministrator })).toMatchObject([{ CallAs }]);
  });

  it('get the settings as parameters of the template', () => {
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

describe('the metrics of the accounts', () => {
  const sinkOf = (settings: Properties) =>
    stackSets(settings).map((set) => parametersOf(set)['MonitoringSinkArn']);
  const monitoringSinkArn = 'arn:aws:oam:us-east-1:123456789012:sink/8a9b';

  it('go to the sink of the other stack, whose output is read when this one is deployed', () => {
    expect(sinkOf({})).toEqual([
      {
        'Fn::GetStackOutput': {
          StackName: 'IamUserSingleAccessKeyOrganization',
          Region: { Ref: 'AWS::Region' },
          OutputName: expect.stringMatching(/Sink/),
        },
      },
    ]);
  });

  it('go to the sink that is given', () => {
    expect(sinkOf({ monitoringSinkArn })).toEqual([monitoringSinkArn]);
  });

  it('go nowhere without links', () => {
    expect(sinkOf({ linkMetrics: false })).toEqual(['']);
  });
});

describe('waves', () => {
  const waves = { organizationalUnits: `canary:${OU};rest:ou-ab12-00000000` };
  const { stacks, members } = synthesizeOrganization(waves);

  it('are a stack and a StackSet each, which are deployed one after the other', () => {
    const names = ['IamUserSingleAccessKeyMembers-canary', 'IamUserSingleAccessKeyMembers-rest'];
    expect(stacks.map(({ stackName }) => stackName)).toEqual([
      'IamUserSingleAccessKeyOrganization',
      ...names,
    ]);
    expect(members.map((one) => onlyOne(one, STACK_SET)['StackSetName'])).toEqual(names);
  });

  it('get the same template from the same place', () => {
    const [one, other] = members.map((each) => onlyOne(each, STACK_SET)['TemplateURL']);
    expect(one).toEqual(other);
  });

  it('say where they fail', () => {
    const [outputs] = members.map((each) => each.findOutputs('ProblemsCommand'));
    expect(toText(outputs?.['ProblemsCommand']?.['Value'])).toBe(
      `aws cloudformation list-stack-instances --region {AWS::Region} --call-as SELF --stack-set-name IamUserSingleAccessKeyMembers-canary --query "Summaries[?Status!='CURRENT'].[Account,StatusReason]" --output table`,
    );
  });

  it.each([
    ['RetryCommand', /^aws cloudformation create-stack-instances /, /INTERSECTION$/],
    ['RemoveCommand', /^aws cloudformation delete-stack-instances /, / --no-retain-stacks$/],
  ])('have a %s of single accounts of the wave', (name, start, end) => {
    const [outputs] = members.map((each) => each.findOutputs(name));
    const command = toText(outputs?.[name]?.['Value']);
    expect(command).toMatch(start);
    expect(command).toMatch(end);
    expect(command).toContain(
      `--region {AWS::Region} --call-as SELF --stack-set-name IamUserSingleAccessKeyMembers-canary --regions {AWS::Region} --deployment-targets OrganizationalUnitIds=${OU},Accounts=ACCOUNT_ID,AccountFilterType=INTERSECTION`,
    );
  });

  it('have nothing else', () => {
    for (const each of members)
      expect(Object.keys(each.toJSON()['Resources'])).toHaveLength(
        propertiesOf(each, STACK_SET).length,
      );
  });
});
