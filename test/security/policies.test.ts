import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { propertiesOf, propertiesUnder, synthesize, toText } from '../infra/synthesize.ts';

const topic = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;
const OPTIONS = {
  notificationTopicArn: topic('keys'),
  alarmTopicArn: topic('alarms'),
  exemptionTagKey: 'keys-until',
  securityHubFindings: true,
};
const APPROVAL = { approvers: 'operator', approvalTopicArn: topic('AutomationApprovals') };
const AUTOMATIC = { automaticRemediation: true, automaticDeletion: true };

const Statement = v.looseObject({
  Effect: v.string(),
  Action: v.union([v.string(), v.array(v.string())]),
  Principal: v.optional(v.unknown()),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), v.unknown()))),
});
const Document = v.looseObject({ Statement: v.array(Statement) });

/** All that the roles may do. None of it escalates privileges, reads a secret or creates a key. */
const ACTIONS = [
  'cloudtrail:LookupEvents',
  'config:DescribeConfigRules',
  'config:GetComplianceDetailsByConfigRule',
  'config:GetComplianceDetailsByResource',
  'config:PutEvaluations',
  'config:StartConfigRulesEvaluation',
  'iam:DeleteAccessKey',
  'iam:GetAccessKeyLastUsed',
  'iam:GetAccountSummary',
  'iam:GetUser',
  'iam:ListAccessKeys',
  'iam:ListAttachedUserPolicies',
  'iam:ListUserTags',
  'iam:ListUsers',
  'iam:UpdateAccessKey',
  'lambda:InvokeFunction',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'securityhub:BatchImportFindings',
  'securityhub:GetFindings',
  'sns:Publish',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
  'ssm:GetAutomationExecution',
];

/** The options that exclude each other, the number of roles, and what the roles may do in addition. */
describe.each([
  ['approval', APPROVAL, 9, []],
  ['automatic mode', AUTOMATIC, 11, ['iam:PassRole', 'ssm:StartAutomationExecution']],
] as const)('with every option and %s, the stack', (_, settings, roles, passing) => {
  const { template } = synthesize({ ...OPTIONS, ...settings });
  const statementsOf = (type: string, member: string) =>
    propertiesOf(template, type).flatMap(
      (properties) => v.parse(Document, properties[member]).Statement,
    );
  const trusts = statementsOf('AWS::IAM::Role', 'AssumeRolePolicyDocument');
  const granted = statementsOf('AWS::IAM::Policy', 'PolicyDocument');
  const queues = statementsOf('AWS::SQS::QueuePolicy', 'PolicyDocument');
  const permissions = propertiesOf(template, 'AWS::Lambda::Permission');

  const typesOf = (start: string) =>
    Object.values(template.toJSON()['Resources'] ?? {})
      .map((resource) => v.parse(v.looseObject({ Type: v.string() }), resource).Type)
      .filter((type) => type.startsWith(start));

  it('lets only a service of this account assume each role', () => {
    expect(trusts).toHaveLength(roles);
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
    const [config, alsoConfig, ...schedules] = who.toSorted();
    for (const one of [config, alsoConfig])
      expect(one).toBe(
        'config.amazonaws.com {AWS::AccountId} arn:{AWS::Partition}:config:{AWS::Region}:{AWS::AccountId}:config-rule/*',
      );
    expect(schedules).toHaveLength(roles - 8);
    for (const one of schedules)
      expect(one).toMatch(
        /^events\.amazonaws\.com {2}\{(FindingsDaily|Automatic\w+Schedule)\w+\}$/,
      );
    for (const { Action } of permissions) expect(Action).toBe('lambda:InvokeFunction');
  });

  it('lets only one EventBridge rule send to each queue, and only over TLS', () => {
    const letting = queues.filter(({ Effect }) => Effect === 'Allow');
    expect(letting.length).toBeGreaterThanOrEqual(5);
    for (const { Action, Principal, Condition } of letting) {
      expect([Action, Principal]).toEqual(['sqs:SendMessage', { Service: 'events.amazonaws.com' }]);
      expect(toText(Condition?.['ArnEquals']?.['aws:SourceArn'])).toMatch(
        /^\{(KeyEventsQueueRule|FindingsDaily|FindingsChangesRule|MessagesQueueRule|Automatic\w+Schedule)\w+\}$/,
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

  it('receives only events of this account', () => {
    const patterns = propertiesOf(template, 'AWS::Events::Rule').flatMap(
      ({ EventPattern }) => EventPattern ?? [],
    );
    expect(patterns).toHaveLength(3);
    for (const pattern of patterns)
      expect(pattern).toMatchObject({ account: [{ Ref: 'AWS::AccountId' }] });
  });

  it('encrypts every queue', () => {
    for (const queue of propertiesOf(template, 'AWS::SQS::Queue'))
      expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it('grants no wildcard action, no privilege escalation, no secret and no new key', () => {
    const actions = granted.flatMap(({ Action }) => [Action].flat());
    expect([...new Set(actions)].toSorted()).toEqual([...ACTIONS, ...passing].toSorted());
  });

  it('grants permissions only in statements with actions and resources, one policy per role', () => {
    const types = typesOf('AWS::IAM::');
    expect([...new Set(types)].toSorted()).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role']);
    for (const { ManagedPolicyArns, Policies } of propertiesOf(template, 'AWS::IAM::Role'))
      expect([ManagedPolicyArns, Policies]).toEqual([undefined, undefined]);
    for (const { Effect, Action, Resource, ...others } of granted) {
      const Condition = { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } };
      expect([Effect, others]).toEqual(['Allow', Action === 'iam:PassRole' ? { Condition } : {}]);
      expect([Action, Resource]).not.toContain(undefined);
    }
  });

  it('creates no resource with code or policies outside the template', () => {
    for (const type of typesOf(''))
      expect(type).not.toMatch(/^Custom::|CustomResource|ManagedPolicy/);
  });
});

describe('automatic mode', () => {
  it('writes nothing in IAM and AWS Config, and only its schedule invokes it', () => {
    const { template } = synthesize({ ...OPTIONS, ...AUTOMATIC });
    for (const name of ['AutomaticDeactivation', 'AutomaticDeletion']) {
      const { PolicyDocument } = propertiesUnder(template, 'AWS::IAM::Policy', name);
      const actions = v
        .parse(Document, PolicyDocument)
        .Statement.flatMap(({ Action }) => [Action].flat());
      const writes = actions.filter((action) => !/:(Get|List|Describe|Lookup)/.test(action));
      expect(writes.toSorted()).toEqual([
        ...['iam:PassRole', 'logs:CreateLogStream', 'logs:PutLogEvents', 'sns:Publish'],
        ...['sqs:SendMessage', 'ssm:StartAutomationExecution'],
      ]);
      const invoking = propertiesUnder(template, 'AWS::Lambda::Permission', name);
      expect(invoking['Principal']).toBe('events.amazonaws.com');
      expect(toText(invoking['SourceArn'])).toMatch(new RegExp(`^\\{${name}Schedule\\w+\\}$`));
    }
  });
});
