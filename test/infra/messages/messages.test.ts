import { describe, expect, it } from 'vitest';
import {
  allowedActions,
  idUnder,
  propertiesOf,
  propertiesUnder,
  synthesize,
} from '../synthesize.ts';

const FUNCTION = 'AWS::Lambda::Function';
const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const { template } = synthesize({ notificationTopicArn });
const arnOf = (type: string, construct: string) => ({
  'Fn::GetAtt': [idUnder(template, type, construct), 'Arn'],
});
const environmentOf = (settings: object) =>
  Object(
    propertiesUnder(
      synthesize({ notificationTopicArn, ...settings }).template,
      FUNCTION,
      'MessagesPublisher',
    )['Environment'],
  ).Variables;

describe('the messages', () => {
  it('exist only with a topic', () => {
    expect(JSON.stringify(synthesize().template.toJSON())).not.toContain('MessagesPublisher');
  });

  it('get every change of an IAM user to NON_COMPLIANT, of this account and these rules only', () => {
    const { EventPattern, Targets } = propertiesUnder(template, 'AWS::Events::Rule', 'Messages');
    expect(EventPattern).toEqual({
      source: ['aws.config'],
      'detail-type': ['Config Rules Compliance Change'],
      account: [{ Ref: 'AWS::AccountId' }],
      detail: {
        messageType: ['ComplianceChangeNotification'],
        configRuleName: [
          { Ref: idUnder(template, 'AWS::Config::ConfigRule', 'Rule') },
          { Ref: idUnder(template, 'AWS::Config::ConfigRule', 'InactiveRule') },
        ],
        resourceType: ['AWS::IAM::User'],
        newEvaluationResult: { complianceType: ['NON_COMPLIANT'] },
      },
    });
    expect(Targets).toMatchObject([
      {
        Arn: arnOf('AWS::SQS::Queue', 'MessagesQueue'),
        DeadLetterConfig: { Arn: arnOf('AWS::SQS::Queue', 'DeadLetterQueue') },
      },
    ]);
  });

  it('go to the dead-letter queue after three attempts, of which the next begins after the last ended', () => {
    const { RedrivePolicy, VisibilityTimeout } = propertiesUnder(
      template,
      'AWS::SQS::Queue',
      'MessagesQueue',
    );
    expect(RedrivePolicy).toEqual({
      deadLetterTargetArn: arnOf('AWS::SQS::Queue', 'DeadLetterQueue'),
      maxReceiveCount: 3,
    });
    const { Timeout } = propertiesUnder(template, FUNCTION, 'MessagesPublisher');
    expect(Number(VisibilityTimeout)).toBeGreaterThan(Number(Timeout));
    const mappings = propertiesOf(template, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).toContainEqual(
      expect.objectContaining({
        EventSourceArn: arnOf('AWS::SQS::Queue', 'MessagesQueue'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
    );
  });

  it('know the topic, the rules, the schedule and what is automatic', () => {
    expect(environmentOf({})).toMatchObject({
      NOTIFICATION_TOPIC_ARN: notificationTopicArn,
      CONFIG_RULE_NAME: { Ref: idUnder(template, 'AWS::Config::ConfigRule', 'Rule') },
      INACTIVE_CONFIG_RULE_NAME: {
        Ref: idUnder(template, 'AWS::Config::ConfigRule', 'InactiveRule'),
      },
      DEACTIVATION_ROLE_ARN: arnOf('AWS::IAM::Role', 'DeactivateAccessKeyAutomationRole'),
      ...{ AUTOMATIC_REMEDIATION: 'false', AUTOMATIC_DELETION: 'false', PERIOD_HOURS: '24' },
    });
    expect(environmentOf({})).not.toHaveProperty('OWNER_TAG_KEY');
    const settings = {
      ...{ automaticRemediation: true, automaticDeletion: true, ownerTagKey: 'owner' },
      maximumExecutionFrequency: 'Six_Hours',
    };
    expect(environmentOf(settings)).toMatchObject({
      ...{ AUTOMATIC_REMEDIATION: 'true', AUTOMATIC_DELETION: 'true' },
      ...{ PERIOD_HOURS: '6', OWNER_TAG_KEY: 'owner' },
    });
  });

  it('are written by a function that cannot change anything in IAM and AWS Config', () => {
    const actions = allowedActions(template)
      .filter(({ role }) => role.startsWith('MessagesPublisher'))
      .map(({ action }) => action);
    expect(actions.filter((action) => !/:(Get|List|Describe|Lookup|Receive)/.test(action))).toEqual(
      expect.arrayContaining(['sns:Publish', 'sqs:DeleteMessage']),
    );
    expect(actions.filter((action) => /^(iam|config):(?!Get|List|Describe)/.test(action))).toEqual(
      [],
    );
  });
});
