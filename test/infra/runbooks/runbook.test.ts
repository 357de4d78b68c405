import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { QUEUE_URL, readRunbook } from '../../support/runbook-document.ts';
import { idUnder, propertiesOf, propertiesUnder, synthesize, toText } from '../synthesize.ts';

const { template } = synthesize();
const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
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
  it('deploys the document of its file with the scripts, the planner and the rules', () => {
    const planner = { Ref: idUnder(template, 'AWS::Lambda::Function', 'Planner') };
    const withTopic = synthesize({ notificationTopicArn }).template;
    const queue = { Ref: idUnder(withTopic, 'AWS::SQS::Queue', 'MessagesQueue') };
    const named = JSON.stringify(contentOf(construct, { notificationTopicArn }))
      .replaceAll(JSON.stringify(planner), '"${PlannerFunctionName}"')
      .replaceAll(JSON.stringify(queue), JSON.stringify(QUEUE_URL));
    expect(JSON.parse(named)).toEqual(readRunbook(file));
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

describe('a step that invokes the planner', () => {
  it.each(RUNBOOKS)(
    'of %s waits longer than the planner may take, and at most 300 s',
    (construct) => {
      const { Timeout } = propertiesUnder(template, 'AWS::Lambda::Function', 'Planner');
      const steps: { action: string; timeoutSeconds: number }[] = contentOf(construct).mainSteps;
      const invoking = steps.filter(({ action }) => action === 'aws:invokeLambdaFunction');
      expect(invoking).not.toEqual([]);
      for (const { timeoutSeconds } of invoking) {
        expect(timeoutSeconds).toBeGreaterThan(Number(Timeout));
        expect(timeoutSeconds).toBeLessThanOrEqual(300);
      }
    },
  );
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
      const settings = { approvers: 'alice,bob', minRequiredApprovals: '2', approvalTopicArn };
      const { inputs } = approveStep(construct, settings);
      expect(inputs).toMatchObject({
        Approvers: ['alice', 'bob'],
        NotificationArn: approvalTopicArn,
        MinRequiredApprovals: 2,
      });
      const parameters = Object.keys(contentOf(construct, settings).parameters);
      expect(parameters).toEqual(Object.keys(contentOf(construct).parameters));
      expect(approveStep(construct, {})).toBeUndefined();
      const { inputs: byDefault } = approveStep(construct, { approvers: 'alice' });
      expect(byDefault).toMatchObject({ MinRequiredApprovals: 1 });
      expect(byDefault).not.toHaveProperty('NotificationArn');
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
