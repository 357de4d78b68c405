import { describe, expect, it } from 'vitest';
import { allowedActions, propertiesOf, synthesize, toText } from './synthesize.ts';

const { template } = synthesize();
const users = 'arn:{AWS::Partition}:iam::{AWS::AccountId}:user/*';

/** What the template allows, by the first part of the role's logical id. */
const allowed = (role: string) =>
  Object.fromEntries(
    allowedActions(template)
      .filter((row) => row.role.startsWith(role))
      .map(({ action, on }) => [action, on]),
  );

describe('what each role may do', () => {
  it('the rule reads users and keys and reports', () => {
    expect(allowed('RuleEvaluator')).toEqual({
      'logs:CreateLogStream': expect.stringMatching(/^\{RuleEvaluatorLogGroup\w+\}$/),
      'logs:PutLogEvents': expect.stringMatching(/^\{RuleEvaluatorLogGroup\w+\}$/),
      'sqs:SendMessage': expect.stringMatching(/^\{RuleDeadLetterQueue\w+\}$/),
      'iam:GetUser': users,
      'iam:ListAccessKeys': users,
      'iam:GetAccessKeyLastUsed': users,
      'iam:ListUsers': '*',
      'config:PutEvaluations': '*',
      'config:GetComplianceDetailsByResource': '*',
      'config:GetComplianceDetailsByConfigRule': expect.stringMatching(/^\{RuleConfigRule\w+\}$/),
    });
  });

  it('the rule on inactive keys may do the same on its own resources, and read the event history', () => {
    const ofIts = (text: string) => text.replace(/^\{Inactive/, '{').replace(/[0-9A-F]{8}\}$/, '}');
    const byAction = (role: string) =>
      Object.entries(allowed(role)).map(([action, on]) => [action, ofIts(on)]);
    expect(byAction('InactiveRuleEvaluator').toSorted()).toEqual(
      [...byAction('RuleEvaluator'), ['cloudtrail:LookupEvents', '*']].toSorted(),
    );
    expect(allowed('InactiveRuleEvaluator')['config:GetComplianceDetailsByConfigRule']).toMatch(
      /^\{InactiveRuleConfigRule\w+\}$/,
    );
  });

  it('the rule on a schedule may do nothing that only a change of a user needs', () => {
    const text = JSON.stringify(synthesize({ triggers: 'schedule' }).template.toJSON());
    for (const action of ['iam:GetUser', 'config:GetComplianceDetailsByResource'])
      expect(text).not.toContain(action);
  });

  it('tags are read only where one exempts', () => {
    const readers = (settings = {}) =>
      allowedActions(synthesize(settings).template)
        .filter(({ action }) => action === 'iam:ListUserTags')
        .map(({ role, on }) => [role.replace(/[0-9A-F]{8}$/, ''), on]);
    expect(readers()).toEqual([]);
    expect(readers({ exemptionTagKey: 'keys-until' })).toEqual([
      ['RuleEvaluatorRole', users],
      ['InactiveRuleEvaluatorRole', users],
      ['PlannerRole', users],
    ]);
  });

  it('the trigger reads its queue, starts these two rules, and counts users', () => {
    expect(allowed('KeyEventsStarter')).toEqual({
      'logs:CreateLogStream': expect.stringMatching(/^\{KeyEventsStarterLogGroup\w+\}$/),
      'logs:PutLogEvents': expect.stringMatching(/^\{KeyEventsStarterLogGroup\w+\}$/),
      'sqs:ReceiveMessage': expect.stringMatching(/^\{KeyEventsQueue\w+\}$/),
      'sqs:DeleteMessage': expect.stringMatching(/^\{KeyEventsQueue\w+\}$/),
      'sqs:GetQueueAttributes': expect.stringMatching(/^\{KeyEventsQueue\w+\}$/),
      'config:StartConfigRulesEvaluation': expect.stringMatching(
        /^\{InactiveRuleConfigRule\w+\}\{RuleConfigRule\w+\}$/,
      ),
      'iam:GetAccountSummary': '*',
    });
  });

  it('the runbooks may tell a topic, and only the one that they are given', () => {
    const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
    const told = allowedActions(synthesize({ notificationTopicArn }).template);
    const publishing = told.filter(({ action }) => action === 'sns:Publish');
    expect(publishing.map(({ role, on }) => [role.replace(/AutomationRole\w+$/, ''), on])).toEqual(
      ['DeleteInactiveAccessKey', 'DeactivateAccessKey', 'ReactivateAccessKey'].map((name) => [
        name,
        notificationTopicArn,
      ]),
    );
  });

  it('the runbooks tell that topic, and take their own rule, whoever starts them and however', () => {
    const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
    const names = { configRuleName: 'one-key', inactiveConfigRuleName: 'no-old-key' };
    const defaultsOf = (settings: Record<string, unknown>) =>
      propertiesOf(synthesize(settings).template, 'AWS::SSM::Document').map(({ Content }) => {
        const { ConfigRuleName, NotificationTopicArn } = Object(Content).parameters;
        return [ConfigRuleName.default, NotificationTopicArn.default];
      });
    expect(defaultsOf({ notificationTopicArn, ...names })).toEqual([
      ['no-old-key', notificationTopicArn],
      ['one-key', notificationTopicArn],
      ['one-key', notificationTopicArn],
    ]);
    expect(defaultsOf({}).map(([, topic]) => topic)).toEqual(['', '', '']);
  });

  it('the planner only reads', () => {
    expect(allowed('Planner')).toEqual({
      'logs:CreateLogStream': expect.stringMatching(/^\{PlannerLogGroup\w+\}$/),
      'logs:PutLogEvents': expect.stringMatching(/^\{PlannerLogGroup\w+\}$/),
      'iam:ListAccessKeys': users,
      'iam:GetAccessKeyLastUsed': users,
      'iam:ListUsers': '*',
      'config:DescribeConfigRules': '*',
      'cloudtrail:LookupEvents': '*',
    });
  });

  it.each([
    ['DeactivateAccessKey', 'iam:UpdateAccessKey', /^\{RuleConfigRule\w+\}$/],
    ['ReactivateAccessKey', 'iam:UpdateAccessKey', /^\{RuleConfigRule\w+\}$/],
    ['DeleteInactiveAccessKey', 'iam:DeleteAccessKey', /^\{InactiveRuleConfigRule\w+\}$/],
  ])('%s asks the planner, may %s, lists keys, and has its one rule evaluated', (...row) => {
    const [runbook, write, rule] = row;
    expect(allowed(runbook)).toEqual({
      'lambda:InvokeFunction': expect.stringMatching(/^\{PlannerFunction\w+\}$/),
      'config:StartConfigRulesEvaluation': expect.stringMatching(rule),
      [write]: users,
      'iam:ListAccessKeys': users,
    });
  });

  it('no role has a policy that we did not write', () => {
    for (const role of propertiesOf(template, 'AWS::IAM::Role'))
      expect(role).not.toHaveProperty('ManagedPolicyArns');
  });

  it('every role is for one service, on behalf of this account', () => {
    for (const role of propertiesOf(template, 'AWS::IAM::Role'))
      expect(role).toMatchObject({
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Principal: { Service: expect.stringMatching(/^(lambda|ssm)\.amazonaws\.com$/) },
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
      });
  });
});

describe('every function', () => {
  it.each(propertiesOf(template, 'AWS::Lambda::Function'))(
    'runs on arm64 and Node 24, within any account quota: $Description',
    (properties) => {
      expect(properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        MemorySize: 512,
        LoggingConfig: { LogGroup: { Ref: expect.any(String) } },
      });
      expect(properties['Environment']).toMatchObject({
        Variables: { NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=128' },
      });
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    },
  );
});

describe('the stack', () => {
  it('keeps logs as long as it is told', () => {
    const retentions = propertiesOf(
      synthesize({ logRetentionInDays: '30' }).template,
      'AWS::Logs::LogGroup',
    ).map(({ RetentionInDays }) => RetentionInDays);

    expect(retentions).toEqual([30, 30, 30, 30]);
  });

  it('fits any partition, account and Region', () => {
    expect(JSON.stringify(template.toJSON()['Resources'])).not.toMatch(/arn:aws|us-east-1/);
  });

  it('leaves every name but those of the rules to CloudFormation', () => {
    const named = Object.values<{ Type: string; Properties: object }>(
      template.toJSON()['Resources'],
    ).flatMap(({ Type, Properties }) =>
      Object.entries(Properties)
        .filter(([name, value]) => /^\w*Name$/.test(name) && typeof value === 'string')
        .map(([name]) => `${Type} ${name}`),
    );

    // CDK generates the name of an inline policy; the name of a metric is no resource's.
    expect(new Set(named)).toEqual(
      new Set([
        'AWS::CloudWatch::Alarm MetricName',
        'AWS::Config::ConfigRule ConfigRuleName',
        'AWS::IAM::Policy PolicyName',
      ]),
    );
  });

  it('prints what it made and the commands that start it', () => {
    const outputs = Object.entries(template.findOutputs('*')).map(([id, { ['Value']: value }]) => [
      id,
      toText(value).replaceAll(/(\{[A-Z][A-Za-z]+?)[0-9A-F]{8}\}/g, '$1}'),
    ]);

    const start = 'aws ssm start-automation-execution --region {AWS::Region} --document-name';
    const remediate = 'aws configservice start-remediation-execution --region {AWS::Region}';
    const user = '--resource-keys resourceType=AWS::IAM::User,resourceId=USER_ID';
    const startOf = (runbook: string, rule: string) =>
      `${start} {${runbook}Document} --parameters AutomationAssumeRole={${runbook}AutomationRole},ConfigRuleName={${rule}},UserId=USER_ID`;
    expect(Object.fromEntries(outputs)).toEqual({
      ConfigRuleName: '{RuleConfigRule}',
      InactiveConfigRuleName: '{InactiveRuleConfigRule}',
      DeactivationRunbookName: '{DeactivateAccessKeyDocument}',
      ReactivationRunbookName: '{ReactivateAccessKeyDocument}',
      DeletionRunbookName: '{DeleteInactiveAccessKeyDocument}',
      DeadLetterQueueUrl: '{RuleDeadLetterQueue}',
      InactiveDeadLetterQueueUrl: '{InactiveRuleDeadLetterQueue}',
      KeyEventDeadLetterQueueUrl: '{KeyEventsDeadLetterQueue}',
      DashboardName: '{OperationsDashboard}',
      DeactivationRoleArn: '{DeactivateAccessKeyAutomationRole}',
      ReactivationRoleArn: '{ReactivateAccessKeyAutomationRole}',
      DeletionRoleArn: '{DeleteInactiveAccessKeyAutomationRole}',
      EvaluateCommand:
        'aws configservice start-config-rules-evaluation --region {AWS::Region} --config-rule-names {RuleConfigRule} {InactiveRuleConfigRule}',
      RemediateCommand: `${remediate} --config-rule-name {RuleConfigRule} ${user}`,
      RemediateInactiveCommand: `${remediate} --config-rule-name {InactiveRuleConfigRule} ${user}`,
      DeactivationCommand: startOf('DeactivateAccessKey', 'RuleConfigRule'),
      ReactivationCommand: startOf('ReactivateAccessKey', 'RuleConfigRule'),
      DeletionCommand: startOf('DeleteInactiveAccessKey', 'InactiveRuleConfigRule'),
    });
  });

  it('changes only when somebody means it to', () => {
    const known = JSON.stringify(template.toJSON(), (key, value) => {
      if (key === 'S3Key') return 'the bundle';
      return key === 'Content' ? 'the document' : value;
    });

    expect(JSON.parse(known)).toMatchSnapshot();
  });
});
