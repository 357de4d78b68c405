import { App, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { KeyEventTrigger, WrongRegionError } from '../../../infra/key-events/key-event-trigger.ts';
import { SingleAccessKeyRule } from '../../../infra/rules/access-key-rules.ts';
import { KEY_EVENT_NAMES } from '../../../rule/key-events/event.ts';
import { onlyOne, propertiesOf, synthesize, toText } from '../synthesize.ts';

const { template } = synthesize();

/** Creates the trigger for the same rule so many times, in a stack of its own. */
const createTrigger = ({ region, count = 1 }: { region?: string; count?: number }) => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'OtherStack', { env: { account: '123456789012', region } });
  const { configRule } = new SingleAccessKeyRule(stack, 'Rule');
  const configRules = Array.from({ length: count }, () => configRule);
  const trigger = new KeyEventTrigger(stack, 'KeyEvents', { configRules });
  return { stack, trigger };
};

const starter = (settings: Parameters<typeof synthesize>[0]) =>
  propertiesOf(synthesize(settings).template, 'AWS::Lambda::Function').find(({ Description }) =>
    String(Description).startsWith('Starts'),
  );

describe('the EventBridge rule', () => {
  it('matches successful IAM calls of this account that can change a result', () => {
    expect(onlyOne(template, 'AWS::Events::Rule')).toMatchObject({
      State: 'ENABLED',
      EventPattern: {
        account: [{ Ref: 'AWS::AccountId' }],
        source: ['aws.iam'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['iam.amazonaws.com'],
          eventName: KEY_EVENT_NAMES,
          errorCode: [{ exists: false }],
        },
      },
    });
  });

  it('sends to the queue, or to the dead-letter queue if that fails', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KeyEventsQueue'), 'Arn'] },
          DeadLetterConfig: {
            Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DeadLetterQueue'), 'Arn'] },
          },
        },
      ],
    });
  });

  it.each(['KeyEventsQueue', 'DeadLetterQueue'])('alone may send to the %s', (queue) => {
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: Match.stringLikeRegexp(`^${queue}`) }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
          {
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Principal: { Service: 'events.amazonaws.com' },
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${queue}`), 'Arn'] },
            Condition: {
              ArnEquals: {
                'aws:SourceArn': {
                  'Fn::GetAtt': [Match.stringLikeRegexp('^KeyEventsQueueRule'), 'Arn'],
                },
              },
            },
          },
        ],
      },
    });
  });
});

describe('the queue', () => {
  it('delivers one batch a minute, two at a time, and repeats only failed messages', () => {
    expect(onlyOne(template, 'AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 1_000,
      MaximumBatchingWindowInSeconds: 60,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('delivers a failed message again 90 s after the window, for at least three evaluations of 15 minutes', () => {
    const queue = propertiesOf(template, 'AWS::SQS::Queue').find(
      ({ RedrivePolicy }) => RedrivePolicy !== undefined,
    );
    expect(queue).toMatchObject({
      VisibilityTimeout: 150,
      RedrivePolicy: { maxReceiveCount: 20 },
      SqsManagedSseEnabled: true,
    });
    const { VisibilityTimeout, RedrivePolicy } = Object(queue);
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(3 * 15 * 60);
  });
});

describe('the function', () => {
  it('has the names of the rules, and the maximum number of users of a hybrid rule', () => {
    expect(starter({})).toMatchObject({
      Timeout: 15,
      Environment: {
        Variables: {
          CONFIG_RULE_NAMES: {
            'Fn::Join': [
              '',
              [
                { Ref: expect.stringMatching(/^RuleConfigRule/) },
                ',',
                { Ref: expect.stringMatching(/^InactiveRuleConfigRule/) },
              ],
            ],
          },
          MAXIMUM_USERS: '500',
        },
      },
    });
  });

  it('has no maximum and no permission to count users with triggers=schedule', () => {
    expect(Object(starter({ triggers: 'schedule' })).Environment.Variables).not.toHaveProperty(
      'MAXIMUM_USERS',
    );
    const text = JSON.stringify(synthesize({ triggers: 'schedule' }).template.toJSON());
    expect(text).not.toContain('GetAccountSummary');
  });
});

describe('configRules', () => {
  it.each([0, 26])('must not be %d', (count) => {
    expect(() => createTrigger({ count })).toThrow(`expected 1 to 25 rules, got ${count}`);
  });
});

describe('the Region', () => {
  it.each(['us-east-1', 'us-gov-west-1', 'cn-north-1'])('can be %s', (region) => {
    expect(createTrigger({ region }).stack.region).toBe(region);
  });

  it.each(['eu-west-1', 'us-east-2', 'us-gov-east-1', 'cn-northwest-1'])(
    'cannot be %s, where no events of IAM arrive',
    (region) => {
      expect(() => createTrigger({ region })).toThrow(WrongRegionError);
      expect(() => createTrigger({ region })).toThrow(new RegExp(`^\\w+/.*: .*; got ${region}$`));
    },
  );

  it('is checked by CloudFormation if synthesis does not know it', () => {
    const rules = Object.values<{ Assertions: { Assert: object; AssertDescription: string }[] }>(
      template.toJSON()['Rules'],
    ).flatMap(({ Assertions }) => Assertions);
    expect(rules).toContainEqual({
      Assert: {
        'Fn::Contains': [['us-east-1', 'us-gov-west-1', 'cn-north-1'], { Ref: 'AWS::Region' }],
      },
      AssertDescription: expect.stringContaining(
        '(setting keyEvents=false, parameter KeyEvents=false)',
      ),
    });
  });
});

describe('without key events', () => {
  it('the template has no trace of them and works in any Region', () => {
    const without = synthesize({ keyEvents: false }).template;
    const text = JSON.stringify(without.toJSON());
    for (const word of ['AWS::Events::Rule', 'EventSourceMapping', 'KeyEvent', 'us-east-1'])
      expect(text, word).not.toContain(word);
    expect(toText(Object(without.toJSON())['Outputs'].ConfigRuleName.Value)).toMatch(
      /RuleConfigRule/,
    );
  });
});
