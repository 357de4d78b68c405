import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { SingleAccessKeyRule } from '../../infra/single-access-key-rule.ts';
import { parseRuleParameters, RULE_PARAMETERS } from '../../rule/parameters.ts';
import { onlyOne, propertiesOf, synthesize, toText } from './synthesize.ts';

const { template } = synthesize();
const change = (kind: string) => ({ EventSource: 'aws.config', MessageType: kind });

describe('the Config rule', () => {
  it('runs our function on changes of IAM users, and on a schedule with the only frequency', () => {
    template.hasResourceProperties('AWS::Config::ConfigRule', {
      ConfigRuleName: 'iam-user-single-access-key',
      MaximumExecutionFrequency: Match.absent(),
      Scope: { ComplianceResourceTypes: ['AWS::IAM::User'] },
      Source: {
        Owner: 'CUSTOM_LAMBDA',
        SourceIdentifier: { 'Fn::GetAtt': [Match.stringLikeRegexp('Evaluator'), 'Arn'] },
        SourceDetails: [
          change('ConfigurationItemChangeNotification'),
          change('OversizedConfigurationItemChangeNotification'),
          { ...change('ScheduledNotification'), MaximumExecutionFrequency: 'TwentyFour_Hours' },
        ],
      },
    });
  });

  it('has no scope when it runs on a schedule only: Config refuses one', () => {
    const scheduled = synthesize({ triggers: 'schedule', frequency: 'Six_Hours' }).template;

    scheduled.hasResourceProperties('AWS::Config::ConfigRule', {
      Scope: Match.absent(),
      Source: {
        SourceDetails: [
          { ...change('ScheduledNotification'), MaximumExecutionFrequency: 'Six_Hours' },
        ],
      },
    });
  });

  it('gets every parameter that the function knows, as text', () => {
    const settings = {
      maxActiveAccessKeys: 2,
      rotationGraceDays: 3,
      exemptionTag: 'keys-until',
      minimumIdleDays: 0,
      refreshDays: 1,
    };
    const { InputParameters } = onlyOne(synthesize(settings).template, 'AWS::Config::ConfigRule');

    expect(InputParameters).toEqual({
      maxActiveAccessKeys: '2',
      rotationGraceDays: '3',
      exemptionTag: 'keys-until',
      minimumIdleDays: '0',
      refreshDays: '1',
    });
    expect(parseRuleParameters(JSON.stringify(InputParameters))).toEqual(settings);
    expect(Object.keys(Object(InputParameters))).toEqual(
      expect.arrayContaining(Object.keys(RULE_PARAMETERS)),
    );
  });

  it('stands in a stack of others without any property', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'TheirStack');
    new SingleAccessKeyRule(stack, 'Rule');

    Template.fromStack(stack).hasResourceProperties('AWS::Config::ConfigRule', {
      ConfigRuleName: 'iam-user-single-access-key',
      InputParameters: {
        maxActiveAccessKeys: '1',
        rotationGraceDays: '0',
        exemptionTag: Match.absent(),
        minimumIdleDays: '7',
        refreshDays: '7',
      },
    });
  });

  it('is created after Config may invoke the function', () => {
    const [permission] = Object.keys(template.findResources('AWS::Lambda::Permission'));

    template.hasResource('AWS::Config::ConfigRule', { DependsOn: [permission] });
  });
});

describe('the permission to invoke the function', () => {
  it('is for Config, and for rules of this account and Region only', () => {
    const { SourceArn, ...permission } = onlyOne(template, 'AWS::Lambda::Permission');

    expect(permission).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'config.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
    });
    expect(toText(SourceArn)).toBe(
      'arn:{AWS::Partition}:config:{AWS::Region}:{AWS::AccountId}:config-rule/*',
    );
  });
});

describe('an event that failed every retry', () => {
  it('is kept for fourteen days, encrypted, and sent over TLS only', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      SqsManagedSseEnabled: true,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'sqs:*',
            Effect: 'Deny',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    });
  });

  it('comes from the function of the rule, the only asynchronous one', () => {
    const deadLetters = propertiesOf(template, 'AWS::Lambda::Function').map(
      ({ DeadLetterConfig }) => DeadLetterConfig !== undefined,
    );

    expect(deadLetters.filter(Boolean)).toHaveLength(1);
  });
});
