import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import {
  allowedActions,
  onlyOne,
  propertiesOf,
  propertiesUnder,
  synthesize,
  toText,
} from '../synthesize.ts';

const { stack, template } = synthesize({ securityHubFindings: true, keyEvents: false });

const rulesOf = () => propertiesOf(template, 'AWS::Events::Rule');
const daily = () => rulesOf().find(({ ScheduleExpression }) => ScheduleExpression !== undefined);
const changes = () => rulesOf().find(({ EventPattern }) => EventPattern !== undefined);
const teller = (given = template) =>
  propertiesOf(given, 'AWS::Lambda::Function').find(({ Description }) =>
    String(Description).startsWith('Tells Security Hub'),
  );

describe('findings in Security Hub', () => {
  it('are an option: by default nothing is there for them', () => {
    const text = JSON.stringify(synthesize().template.toJSON());
    expect(text).not.toMatch(/securityhub|Findings/);
  });

  it('are reconciled once a day, by the only rule that may invoke the function', () => {
    expect(daily()).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FindingsDaily'), 'Arn'] },
      FunctionName: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FindingsTeller'), 'Arn'] },
    });
  });

  it('are told when the compliance of a user with one of the rules changes', () => {
    expect(changes()?.['EventPattern']).toEqual({
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

  it('come a hundred at a time, two batches at once, and a poisoned message is no other one’s fault', () => {
    expect(onlyOne(template, 'AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('that could not be told come again after the function had its time, three times', () => {
    const { VisibilityTimeout, RedrivePolicy, SqsManagedSseEnabled } = Object(
      propertiesOf(template, 'AWS::SQS::Queue').find((queue) => queue['RedrivePolicy']),
    );
    expect(VisibilityTimeout).toBe(610);
    expect(VisibilityTimeout).toBeGreaterThan(Number(teller()?.['Timeout']));
    expect(RedrivePolicy.maxReceiveCount).toBe(3);
    expect(SqsManagedSseEnabled).toBe(true);
  });

  it('that cannot be delivered or told end in one dead-letter queue', () => {
    const queue = { 'Fn::GetAtt': [expect.stringMatching(/^FindingsDeadLetterQueue/), 'Arn'] };
    for (const rule of [daily(), changes()])
      expect(rule?.['Targets']).toEqual([
        expect.objectContaining({ DeadLetterConfig: { Arn: queue } }),
      ]);
    expect(teller()?.['DeadLetterConfig']).toEqual({ TargetArn: queue });
    const policy = propertiesOf(template, 'AWS::SQS::QueuePolicy').find(({ Queues }) =>
      toText(Queues).includes('FindingsDeadLetterQueue'),
    );
    const { Statement } = Object(policy?.['PolicyDocument']);
    const senders = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(senders.map(({ Condition }: { Condition: unknown }) => Condition)).toEqual(
      ['FindingsDaily', 'FindingsChanges'].map((start) => ({
        ArnEquals: {
          'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(`^${start}`), 'Arn'] },
        },
      })),
    );
  });
});

describe('the function', () => {
  it('knows rules, runbooks and severity', () => {
    expect(Object(teller()?.['Environment']).Variables).toMatchObject({
      CONFIG_RULE_NAME: { Ref: expect.stringMatching(/^RuleConfigRule/) },
      CONFIG_RULE_ARN: { 'Fn::GetAtt': [expect.stringMatching(/^RuleConfigRule/), 'Arn'] },
      RUNBOOK_NAME: { Ref: expect.stringMatching(/^DeactivateAccessKey/) },
      INACTIVE_CONFIG_RULE_NAME: { Ref: expect.stringMatching(/^InactiveRuleConfigRule/) },
      INACTIVE_CONFIG_RULE_ARN: {
        'Fn::GetAtt': [expect.stringMatching(/^InactiveRuleConfigRule/), 'Arn'],
      },
      DELETION_RUNBOOK_NAME: { Ref: expect.stringMatching(/^DeleteInactiveAccessKey/) },
      AUTOMATION_ROLE_ARN: { 'Fn::GetAtt': [expect.stringMatching(/^DeactivateAccessKey/), 'Arn'] },
      DELETION_ROLE_ARN: { 'Fn::GetAtt': [expect.stringMatching(/^DeleteInactive/), 'Arn'] },
      FINDING_SEVERITY: 'HIGH',
    });
    const lower = synthesize({ securityHubFindings: true, findingSeverity: 'LOW' }).template;
    expect(Object(teller(lower)?.['Environment']).Variables.FINDING_SEVERITY).toBe('LOW');
  });

  it('may import findings of this account’s own product, and write nothing else', () => {
    const allowed = allowedActions(template).filter(({ role }) =>
      role.startsWith('FindingsTeller'),
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

describe('who watches', () => {
  it('has an alarm for errors and one for dead letters, a row on the dashboard, and commands', () => {
    const alarms = propertiesOf(template, 'AWS::CloudWatch::Alarm');
    const described = alarms.map(({ AlarmDescription }) => String(AlarmDescription));
    for (const name of ['FindingErrors', 'FindingDeadLetters'])
      expect(described.filter((text) => text.endsWith(` ${name}`))).toHaveLength(1);
    const body = JSON.stringify(
      propertiesUnder(template, 'AWS::CloudWatch::Dashboard', 'Operations'),
    );
    expect(body).toContain('FindingsImported');
    template.hasOutput('ReconcileFindingsCommand', {});
    template.hasOutput('FindingDeadLetterQueueUrl', {});
  });

  it('finds nothing with cdk-nag that is not explained beside its resource', () => {
    expect(new AwsSolutionsChecks().validateScope(stack)).toEqual({
      success: true,
      violations: [],
    });
  });
});
