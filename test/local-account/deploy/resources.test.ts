import { describe, expect, it } from 'vitest';
import { trustOf } from '../../support/build.ts';
import { createClockedAccount } from '../../support/clocked-account.ts';
import { deployTemplate } from './deploy.ts';
import { parseTemplate } from './template.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const QUEUE_POLICY = 'AWS::SQS::QueuePolicy';
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const MAPPED = { EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:q', FunctionName: 'f' };
const EVENT_RULE = 'AWS::Events::Rule';

/** Deploys a template without assets into an account with the function `key-function`. */
const setup = async (template: Record<string, unknown>) => {
  const account = await createClockedAccount();
  account.createFunction('key-function', () => {});
  const stack = { stackName: 'Stack', template: parseTemplate(template) };
  return { account, outputs: deployTemplate(account, stack) };
};

/** The path of a key event, not in the order of creation. */
const keyEvents = {
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: arnOf('Queue'), FunctionName: 'key-function' },
  },
  Policy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Queue' }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
            Resource: arnOf('Queue'),
            Condition: { ArnEquals: { 'aws:SourceArn': arnOf('Rule') } },
          },
        ],
      },
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['aws.iam'] },
      State: 'ENABLED',
      Targets: [{ Arn: arnOf('Queue'), Id: 'Target0' }],
    },
  },
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: { RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 20 } },
  },
  Dead: { Type: 'AWS::SQS::Queue' },
  Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Threshold: 0 } },
  Dashboard: {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: { DashboardBody: { 'Fn::Join': ['', ['{"widgets":', '[]}']] } },
  },
};

describe('deploy', () => {
  it('creates the path of a key event: rule, queue, policy and mapping', async () => {
    const { account } = await setup({ Resources: keyEvents });

    await account.ask('iam', 'CreateUser', { UserName: 'alice' });
    await account.settled();

    expect(account.events.dropped).toEqual([]);
    expect(account.lambda.invocations).toMatchObject([
      { functionName: 'key-function', invoker: 'lambda.amazonaws.com' },
    ]);
  });

  it('gives resources names and attributes like CloudFormation', async () => {
    const { account, outputs } = await setup({
      Resources: keyEvents,
      Outputs: {
        QueueUrl: { Value: { Ref: 'Queue' } },
        QueueName: { Value: { 'Fn::GetAtt': ['Queue', 'QueueName'] } },
        Rule: { Value: { Ref: 'Rule' } },
        RuleArn: { Value: arnOf('Rule') },
        Mapping: { Value: { Ref: 'Mapping' } },
        Alarm: { Value: { Ref: 'Alarm' } },
        AlarmArn: { Value: arnOf('Alarm') },
        Dashboard: { Value: { Ref: 'Dashboard' } },
      },
    });

    expect(outputs['QueueUrl']).toBe(`${account.endpoint}/123456789012/${outputs['QueueName']}`);
    expect(outputs['RuleArn']).toBe(
      `arn:aws:events:us-east-1:123456789012:rule/${outputs['Rule']}`,
    );
    expect(outputs['Mapping']).toMatch(/^[0-9a-f-]{36}$/);
    expect(outputs['AlarmArn']).toBe(
      `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${outputs['Alarm']}`,
    );
    expect(outputs['Dashboard']).toMatch(/^Stack-Dashboard-/);
  });

  it('checks the rules of the template before it creates a resource', async () => {
    const role = trustOf('ssm.amazonaws.com');
    const Resources = {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: role } },
      Topic: { Type: 'AWS::Unknown::Type' },
    };
    const Assert = { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-gov-west-1'] };
    const Rules = { Region: { Assertions: [{ Assert, AssertDescription: 'not here' }] } };

    await expect(setup({ Resources, Rules })).rejects.toThrow('not here');
  });
});

describe('deploy refuses', () => {
  it.each([
    ['an unknown member of a queue', 'AWS::SQS::Queue', { Fifo: true }, 'Fifo'],
    ['a policy without a queue', QUEUE_POLICY, { Queues: [], PolicyDocument: {} }, '>=1'],
    ['an unknown queue', QUEUE_POLICY, { Queues: ['q'], PolicyDocument: {} }, 'does not exist'],
    ['an unknown member of a rule', EVENT_RULE, { EventPattern: {}, RoleArn: 'arn' }, 'RoleArn'],
    ['an unknown matcher', EVENT_RULE, { EventPattern: { a: [{ prefix: '' }] } }, 'prefix'],
    ['an unknown member of a mapping', MAPPING, { ...MAPPED, Queues: [] }, 'Queues'],
    ['a dashboard that is not JSON', 'AWS::CloudWatch::Dashboard', { DashboardBody: '{' }, 'JSON'],
    ['a query without log groups', 'AWS::Logs::QueryDefinition', { LogGroupNames: [] }, '>=1'],
    ['a dashboard without a body', 'AWS::CloudWatch::Dashboard', {}, 'DashboardBody'],
  ])('%s', async (_, Type, Properties, message) => {
    await expect(setup({ Resources: { It: { Type, Properties } } })).rejects.toThrow(message);
  });
});
