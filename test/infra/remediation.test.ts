import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { onlyOne, synthesize } from './synthesize.ts';

const CONFIGURATION = 'AWS::Config::RemediationConfiguration';
const { template } = synthesize();
const nameOf = (type: string) => ({ Ref: Object.keys(template.findResources(type))[0] });

describe('the remediation', () => {
  it('starts the runbook of this stack for users of this rule', () => {
    template.hasResourceProperties(CONFIGURATION, {
      ConfigRuleName: nameOf('AWS::Config::ConfigRule'),
      ResourceType: 'AWS::IAM::User',
      TargetType: 'SSM_DOCUMENT',
      TargetId: nameOf('AWS::SSM::Document'),
      TargetVersion: Match.absent(),
    });
  });

  it('passes the user id as the only resource id, and the rest as fixed values', () => {
    expect(onlyOne(template, CONFIGURATION)['Parameters']).toEqual({
      UserId: { ResourceValue: { Value: 'RESOURCE_ID' } },
      AutomationAssumeRole: {
        StaticValue: {
          Values: [{ 'Fn::GetAtt': [expect.stringContaining('AutomationRole'), 'Arn'] }],
        },
      },
      ConfigRuleName: { StaticValue: { Values: [nameOf('AWS::Config::ConfigRule')] } },
    });
  });

  it('passes the topic that is told what the runbook did, where there is one', () => {
    const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
    const told = onlyOne(synthesize({ notificationTopicArn }).template, CONFIGURATION);
    expect(told['Parameters']).toMatchObject({
      NotificationTopicArn: { StaticValue: { Values: [notificationTopicArn] } },
    });
  });

  it('passes only parameters that the runbook has, among them each that it requires', () => {
    const { parameters } = Object(onlyOne(template, 'AWS::SSM::Document')['Content']);
    const passed = Object.keys(Object(onlyOne(template, CONFIGURATION)['Parameters']));
    const required = Object.keys(parameters).filter((name) => !('default' in parameters[name]));

    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(passed));
    expect(passed).toEqual(expect.arrayContaining(required));
  });

  it('waits for a person by default', () => {
    template.hasResourceProperties(CONFIGURATION, {
      Automatic: false,
      MaximumAutomaticAttempts: Match.absent(),
      RetryAttemptSeconds: Match.absent(),
    });
  });

  it('is tried once when it is automatic', () => {
    synthesize({ automaticRemediation: 'true' }).template.hasResourceProperties(CONFIGURATION, {
      Automatic: true,
      MaximumAutomaticAttempts: 1,
      RetryAttemptSeconds: 900,
    });
  });
});
