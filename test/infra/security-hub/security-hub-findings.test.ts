import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { allowedActions, onlyOne, propertiesOf, synthesize, toText } from '../synthesize.ts';

const { stack, template } = synthesize({ securityHubFindings: true, keyEvents: false });

const rulesOf = () => propertiesOf(template, 'AWS::Events::Rule');
const daily = () => rulesOf().find(({ ScheduleExpression }) => ScheduleExpression !== undefined);
const changes = () => rulesOf().find(({ EventPattern }) => EventPattern !== undefined);
const importer = (given = template) =>
  propertiesOf(given, 'AWS::Lambda::Function').find(({ Description }) =>
    String(Description).startsWith('Imports violations'),
  );

describe('findings in Security Hub', () => {
  it('are off by default', () => {
    const text = JSON.stringify(synthesize().template.toJSON());
    expect(text).not.toMatch(/securityhub|Findings/);
  });

  it('are reconciled once a day', () => {
    expect(daily()).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FindingsDaily'), 'Arn'] },
      FunctionName: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FindingsImporter'), 'Arn'] },
    });
  });

  it('are updated when the compliance of a user changes', () => {
    expect(changes()?.['EventPattern']).toEqual({
      account: [{ Ref: 'AWS::AccountId' }],
      source: ['aws.config'],
      'detail-type': ['Config Rules Compliance Change'],
      detail: {
        messageType: ['ComplianceChangeNotification'],
        configRuleName: [
          { Ref: expect.stringMatching(/^RuleConfigRule/) },
          { Ref: expect.stringMatching(/^InactiveRuleConfigRule/) },
        ],
        resourceType: ['AWS::IAM::User'],
      },
    });
  });

  it('are updated in batches of 100, two at a time, and only failed messages are repeated', () => {
    expect(onlyOne(template, 'AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('are attempted three times, each after the timeout of the function', () => {
    const { VisibilityTimeout, RedrivePolicy, SqsManagedSseEnabled } = Object(
      propertiesOf(template, 'AWS::SQS::Queue').find((queue) => queue['RedrivePolicy']),
    );
    expect(VisibilityTimeout).toBe(610);
    expect(VisibilityTimeout).toBeGreaterThan(Number(importer()?.['Timeout']));
    expect(RedrivePolicy.maxReceiveCount).toBe(3);
    expect(SqsManagedSseEnabled).toBe(true);
  });

  it('go to the dead-letter queue of the stack, to which only the rules of the stack may send', () => {
    const queue = { 'Fn::GetAtt': [expect.stringMatching(/^DeadLetterQueue/), 'Arn'] };
    for (const rule of [daily(), changes()])
      expect(rule?.['Targets']).toEqual([
        expect.objectContaining({ DeadLetterConfig: { Arn: queue } }),
      ]);
    expect(importer()?.['DeadLetterConfig']).toEqual({ TargetArn: queue });
    const policy = propertiesOf(template, 'AWS::SQS::QueuePolicy').find(({ Queues }) =>
      toText(Queues).includes('DeadLetterQueue'),
    );
    const { Statement } = Object(policy?.['PolicyDocument']);
    const senders = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(senders.map(({ Condition }: { Condition: unknown }) => Condition)).toEqual(
      ['FindingsDaily', 'FindingsChangesRule'].map((start) => ({
        ArnEquals: {
          'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(`^${start}`), 'Arn'] },
        },
      })),
    );
  });
});

describe('the function', () => {
  it('has the rules and the severity in its environment', () => {
    expect(Object(importer()?.['Environment']).Variables).toEqual({
      CONFIG_RULE_NAME: { Ref: expect.stringMatching(/^RuleConfigRule/) },
      CONFIG_RULE_ARN: { 'Fn::GetAtt': [expect.stringMatching(/^RuleConfigRule/), 'Arn'] },
      INACTIVE_CONFIG_RULE_NAME: { Ref: expect.stringMatching(/^InactiveRuleConfigRule/) },
      INACTIVE_CONFIG_RULE_ARN: {
        'Fn::GetAtt': [expect.stringMatching(/^InactiveRuleConfigRule/), 'Arn'],
      },
      FINDING_SEVERITY: 'HIGH',
      NODE_OPTIONS: expect.any(String),
    });
    const lower = synthesize({ securityHubFindings: true, findingSeverity: 'LOW' }).template;
    expect(Object(importer(lower)?.['Environment']).Variables.FINDING_SEVERITY).toBe('LOW');
  });

  it('may import findings of the default product of this account and write nothing else', () => {
    const allowed = allowedActions(template).filter(({ role }) =>
      role.startsWith('FindingsImporter'),
    );
    const on = (action: string) =>
      allowed.filter((one) => one.action === action).map(({ on: resource }) => resource);
    const start = 'arn:{AWS::Partition}:securityhub:{AWS::Region}:{AWS::AccountId}:';
    expect(on('securityhub:BatchImportFindings')).toEqual([
      `${start}product/{AWS::AccountId}/default`,
    ]);
    expect(on('securityhub:GetFindings')).toEqual([`${start}hub/default`]);
    const writes = allowed
      .map(({ action }) => action)
      .filter((action) => /:(Put|Update|Delete|Create|Batch)/.test(action));
    expect(new Set(writes)).toEqual(
      new Set([
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'securityhub:BatchImportFindings',
        'sqs:DeleteMessage',
      ]),
    );
  });
});

describe('the stack', () => {
  it('has an output for findings', () => {
    template.hasOutput('ReconcileFindingsCommand', {});
  });

  it('has no violations of cdk-nag', () => {
    expect(new AwsSolutionsChecks().validateScope(stack)).toEqual({
      success: true,
      violations: [],
    });
  });
});
