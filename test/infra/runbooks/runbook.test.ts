import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { readRunbook } from '../../support/runbook-document.ts';
import { idUnder, propertiesOf, propertiesUnder, synthesize, toText } from '../synthesize.ts';

const { template } = synthesize();
const RUNBOOKS = [
  ['DeactivateAccessKey', 'deactivate-access-key'],
  ['ReactivateAccessKey', 'reactivate-access-key'],
  ['DeleteInactiveAccessKey', 'delete-inactive-access-key'],
] as const;

const contentOf = (construct: string, settings = {}) =>
  Object(
    propertiesUnder(synthesize(settings).template, 'AWS::SSM::Document', construct)['Content'],
  );

describe.each(RUNBOOKS)('the runbook %s', (construct, file) => {
  it('deploys the document of its file with the scripts, the planner and the deletion command', () => {
    const planner = { Ref: idUnder(template, 'AWS::Lambda::Function', 'Planner') };
    const named = JSON.stringify(contentOf(construct)).replaceAll(
      JSON.stringify(planner),
      '"${PlannerFunctionName}"',
    );
    const deployed = JSON.parse(named, (name, value) =>
      name === 'DeleteCommand' ? '${DeleteCommand}' : value,
    );
    expect(deployed).toEqual(readRunbook(file));
  });

  it('is an Automation document that is replaced under a new name when it changes', () => {
    const document = propertiesUnder(template, 'AWS::SSM::Document', construct);
    expect(document).toMatchObject({
      DocumentType: 'Automation',
      DocumentFormat: 'YAML',
      TargetType: '/',
      UpdateMethod: 'Replace',
    });
    expect(document).not.toHaveProperty('Name');
  });

  it('is created after the permissions of its role', () => {
    template.hasResource('AWS::SSM::Document', {
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp(`^${construct}AutomationRoleDefaultPolicy`),
      ]),
    });
  });

  it('can only be used by executions in this account and Region', () => {
    const role = propertiesUnder(template, 'AWS::IAM::Role', `${construct}AutomationRole`);
    const [trust] = Object(role['AssumeRolePolicyDocument']).Statement;
    expect(trust.Principal).toEqual({ Service: 'ssm.amazonaws.com' });
    expect(trust.Condition.StringEquals).toEqual({
      'aws:SourceAccount': { Ref: 'AWS::AccountId' },
    });
    expect(toText(trust.Condition.ArnLike['aws:SourceArn'])).toBe(
      'arn:{AWS::Partition}:ssm:{AWS::Region}:{AWS::AccountId}:automation-execution/*',
    );
  });
});

describe('the next command of a deactivation', () => {
  it('names the deletion document, role and rule of the stack', () => {
    const { DeleteCommand } = contentOf('DeactivateAccessKey').mainSteps[0].inputs.InputPayload;
    const document = idUnder(template, 'AWS::SSM::Document', 'DeleteInactiveAccessKey');
    const role = idUnder(template, 'AWS::IAM::Role', 'DeleteInactiveAccessKeyAutomationRole');
    const rule = idUnder(template, 'AWS::Config::ConfigRule', 'InactiveRule');
    expect(toText(DeleteCommand)).toBe(
      `aws ssm start-automation-execution --region {AWS::Region} --document-name {${document}} --parameters AutomationAssumeRole={${role}},ConfigRuleName={${rule}}`,
    );
  });
});

describe('approval', () => {
  const approvalTopicArn = 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals';
  const approveStep = (construct: string, settings: object) =>
    contentOf(construct, settings).mainSteps.find(
      ({ name }: { name: string }) => name === 'Approve',
    );

  it.each(['DeactivateAccessKey', 'DeleteInactiveAccessKey'])(
    'is required before %s writes, and no parameter changes that',
    (construct) => {
      const settings = { approvers: 'alice,bob', approvalTopicArn };
      const { inputs } = approveStep(construct, settings);
      expect(inputs).toMatchObject({
        Approvers: ['alice', 'bob'],
        NotificationArn: approvalTopicArn,
        MinRequiredApprovals: 1,
      });
      const parameters = Object.keys(contentOf(construct, settings).parameters);
      expect(parameters).toEqual(Object.keys(contentOf(construct).parameters));
      expect(approveStep(construct, {})).toBeUndefined();
      expect(approveStep(construct, { approvers: 'alice' }).inputs).not.toHaveProperty(
        'NotificationArn',
      );
    },
  );

  it('is not required for a reactivation', () => {
    expect(approveStep('ReactivateAccessKey', { approvers: 'alice' })).toBeUndefined();
  });

  it('may be requested through its topic by the runbooks that require it', () => {
    const { template: asking } = synthesize({ approvers: 'alice', approvalTopicArn });
    const policies = propertiesOf(asking, 'AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy).includes('sns:Publish'),
    );
    expect(policies.map(({ PolicyName }) => String(PolicyName).slice(0, 14)).toSorted()).toEqual([
      'DeactivateAcce',
      'DeleteInactive',
    ]);
    for (const policy of policies) expect(JSON.stringify(policy)).toContain(approvalTopicArn);
  });
});
