import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { propertiesOf, propertiesUnder, synthesize, toText } from '../infra/synthesize.ts';

const topic = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;
const { template } = synthesize({
  notificationTopicArn: topic('keys'),
  alarmTopicArn: topic('alarms'),
  exemptionTagKey: 'keys-until',
  approvers: 'operator',
  approvalTopicArn: topic('AutomationApprovals'),
  securityHubFindings: true,
});

const Statement = v.looseObject({
  Effect: v.string(),
  Action: v.union([v.string(), v.array(v.string())]),
  Principal: v.optional(v.unknown()),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), v.unknown()))),
});
const Document = v.looseObject({ Statement: v.array(Statement) });

const statementsOf = (type: string, member: string) =>
  propertiesOf(template, type).flatMap(
    (properties) => v.parse(Document, properties[member]).Statement,
  );
const trusts = statementsOf('AWS::IAM::Role', 'AssumeRolePolicyDocument');
const granted = statementsOf('AWS::IAM::Policy', 'PolicyDocument');
const queues = statementsOf('AWS::SQS::QueuePolicy', 'PolicyDocument');
const permissions = propertiesOf(template, 'AWS::Lambda::Permission');

describe('with every option, the stack', () => {
  it('lets only a service of this account assume each role', () => {
    expect(trusts).toHaveLength(8);
    for (const { Effect, Action, Principal, Condition } of trusts) {
      expect([Effect, Action]).toEqual(['Allow', 'sts:AssumeRole']);
      expect(Principal).toEqual({
        Service: expect.stringMatching(/^(lambda|ssm)\.amazonaws\.com$/),
      });
      const account = Condition?.['StringEquals']?.['aws:SourceAccount'];
      expect(account).toEqual({ Ref: 'AWS::AccountId' });
    }
  });

  it('lets Systems Manager act only for executions of this account and Region', () => {
    const automation = trusts.filter(
      ({ Principal }) => JSON.stringify(Principal) === '{"Service":"ssm.amazonaws.com"}',
    );
    expect(automation).toHaveLength(3);
    for (const { Condition } of automation)
      expect(toText(Condition?.['ArnLike']?.['aws:SourceArn'])).toBe(
        'arn:{AWS::Partition}:ssm:{AWS::Region}:{AWS::AccountId}:automation-execution/*',
      );
  });

  it('lets only AWS Config of this account and one EventBridge rule invoke a function', () => {
    const who = permissions.map(({ Principal, SourceAccount, SourceArn }) =>
      [Principal, SourceAccount && toText(SourceAccount), toText(SourceArn)].join(' '),
    );
    expect(who.toSorted()).toEqual([
      'config.amazonaws.com {AWS::AccountId} arn:{AWS::Partition}:config:{AWS::Region}:{AWS::AccountId}:config-rule/*',
      'config.amazonaws.com {AWS::AccountId} arn:{AWS::Partition}:config:{AWS::Region}:{AWS::AccountId}:config-rule/*',
      expect.stringMatching(/^events\.amazonaws\.com {2}\{FindingsDaily\w+\}$/),
    ]);
    for (const { Action } of permissions) expect(Action).toBe('lambda:InvokeFunction');
  });

  it('lets only one EventBridge rule send to each queue, and only over TLS', () => {
    const letting = queues.filter(({ Effect }) => Effect === 'Allow');
    expect(letting.length).toBeGreaterThanOrEqual(5);
    for (const { Action, Principal, Condition } of letting) {
      expect([Action, Principal]).toEqual(['sqs:SendMessage', { Service: 'events.amazonaws.com' }]);
      expect(toText(Condition?.['ArnEquals']?.['aws:SourceArn'])).toMatch(
        /^\{(KeyEventsQueueRule|FindingsDaily|FindingsChangesRule)\w+\}$/,
      );
    }
    const queueCount = propertiesOf(template, 'AWS::SQS::Queue').length;
    expect(
      queues.filter(
        ({ Effect, Action, Condition }) =>
          Effect === 'Deny' &&
          Action === 'sqs:*' &&
          Condition?.['Bool']?.['aws:SecureTransport'] === 'false',
      ),
    ).toHaveLength(queueCount);
  });

  it('encrypts every queue', () => {
    for (const queue of propertiesOf(template, 'AWS::SQS::Queue'))
      expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it('grants no wildcard action, no privilege escalation, no secret and no new key', () => {
    const actions = granted.flatMap(({ Action }) => [Action].flat());
    expect(actions).toContain('iam:DeleteAccessKey');
    for (const action of actions) {
      expect(action).toMatch(/^[a-z]+:[A-Za-z]+$/);
      expect(action).not.toMatch(
        /^(sts|kms|secretsmanager|organizations|s3):|:(Create(?!LogStream)|Attach|Pass|Tag|Untag)|(Policy|Role|LoginProfile)$/,
      );
    }
    const writes = actions.filter((action) => /^iam:(?!Get|List)/.test(action));
    expect([...new Set(writes)].toSorted()).toEqual(['iam:DeleteAccessKey', 'iam:UpdateAccessKey']);
  });

  it('lets automatic mode write nothing in IAM and AWS Config, and lets only its schedule invoke it', () => {
    const { template: automatic } = synthesize({
      ...{ automaticRemediation: true, automaticDeletion: true, notificationTopicArn: topic('t') },
    });
    for (const name of ['AutomaticDeactivation', 'AutomaticDeletion']) {
      const { PolicyDocument } = propertiesUnder(automatic, 'AWS::IAM::Policy', name);
      const actions = v
        .parse(Document, PolicyDocument)
        .Statement.flatMap(({ Action }) => [Action].flat());
      const writes = actions.filter((action) => !/:(Get|List|Describe|Lookup)/.test(action));
      expect(writes.toSorted()).toEqual([
        ...['iam:PassRole', 'logs:CreateLogStream', 'logs:PutLogEvents', 'sns:Publish'],
        ...['sqs:SendMessage', 'ssm:StartAutomationExecution'],
      ]);
      const invoking = propertiesUnder(automatic, 'AWS::Lambda::Permission', name);
      expect(invoking['Principal']).toBe('events.amazonaws.com');
      expect(toText(invoking['SourceArn'])).toMatch(new RegExp(`^\\{${name}Schedule\\w+\\}$`));
    }
  });

  it('creates no resource with code or policies outside the template', () => {
    const types = Object.values(template.toJSON()['Resources'] ?? {}).map(
      (resource) => v.parse(v.looseObject({ Type: v.string() }), resource).Type,
    );
    for (const type of types) expect(type).not.toMatch(/^Custom::|CustomResource|ManagedPolicy/);
  });
});
