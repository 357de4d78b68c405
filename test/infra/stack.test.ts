import { describe, expect, it } from 'vitest';
import { allowedActions, propertiesOf, synthesize, toText } from './synthesize.ts';

const { template } = synthesize();
const users = 'arn:{AWS::Partition}:iam::{AWS::AccountId}:user/*';

/** The allowed resources by action, of the role whose logical id starts with this. */
const allowed = (role: string) =>
  Object.fromEntries(
    allowedActions(template)
      .filter((row) => row.role.startsWith(role))
      .map(({ action, on }) => [action, on]),
  );

describe('permissions', () => {
  it('allow the rule to read users and keys and to report results', () => {
    expect(allowed('RuleEvaluator')).toEqual({
      'logs:CreateLogStream': expect.stringMatching(/^\{RuleEvaluatorLogGroup\w+\}$/),
      'logs:PutLogEvents': expect.stringMatching(/^\{RuleEvaluatorLogGroup\w+\}$/),
      'sqs:SendMessage': expect.stringMatching(/^\{DeadLetterQueue\w+\}$/),
      'iam:GetUser': users,
      'iam:ListAccessKeys': users,
      'iam:GetAccessKeyLastUsed': users,
      'iam:ListAttachedUserPolicies': users,
      'iam:ListUsers': '*',
      'config:PutEvaluations': '*',
      'config:GetComplianceDetailsByResource': '*',
      'config:GetComplianceDetailsByConfigRule': expect.stringMatching(/^\{RuleConfigRule\w+\}$/),
    });
  });

  it('allow the rule on inactive keys the same on its own resources, and to read the event history instead of policies', () => {
    const ofIts = (text: string) => text.replace(/^\{Inactive/, '{').replace(/[0-9A-F]{8}\}$/, '}');
    const byAction = (role: string) =>
      Object.entries(allowed(role)).map(([action, on]) => [action, ofIts(on)]);
    expect(byAction('InactiveRuleEvaluator').toSorted()).toEqual(
      [
        ...byAction('RuleEvaluator').filter(
          ([action]) => action !== 'iam:ListAttachedUserPolicies',
        ),
        ['cloudtrail:LookupEvents', '*'],
      ].toSorted(),
    );
    expect(allowed('InactiveRuleEvaluator')['config:GetComplianceDetailsByConfigRule']).toMatch(
      /^\{InactiveRuleConfigRule\w+\}$/,
    );
  });

  it('leave out what only change notifications need with triggers=schedule', () => {
    const text = JSON.stringify(synthesize({ triggers: 'schedule' }).template.toJSON());
    for (const action of ['iam:GetUser', 'config:GetComplianceDetailsByResource'])
      expect(text).not.toContain(action);
  });

  it('allow to read tags only with exemptionTagKey', () => {
    const readers = (settings = {}) =>
      allowedActions(synthesize(settings).template)
        .filter(({ action }) => action === 'iam:ListUserTags')
        .map(({ role, on }) => [role.replace(/[0-9A-F]{8}$/, ''), on]);
    expect(readers()).toEqual([]);
    expect(readers({ ownerTagKey: 'owner' })).toEqual([]);
    expect(readers({ exemptionTagKey: 'keys-until' })).toEqual([
      ['RuleEvaluatorRole', users],
      ['InactiveRuleEvaluatorRole', users],
      ['PlannerRole', users],
    ]);
  });

  it('allow the trigger to read its queue, to start the rules and to count users', () => {
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

  it('allow only the function of the messages to publish, and the runbooks to send to its queue', () => {
    const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
    const actions = allowedActions(synthesize({ notificationTopicArn }).template);
    const allowedTo = (name: string) =>
      actions
        .filter(({ action, on }) => action === name && !on.includes('DeadLetterQueue'))
        .map(({ role, on }) => [role.replace(/(Automation)?Role\w+$/, ''), on]);
    expect(allowedTo('sns:Publish')).toEqual([['MessagesPublisher', notificationTopicArn]]);
    const queue = expect.stringMatching(/^\{MessagesQueue\w+\}$/);
    expect(allowedTo('sqs:SendMessage')).toEqual([
      ['DeleteInactiveAccessKey', queue],
      ['DeactivateAccessKey', queue],
      ['ReactivateAccessKey', queue],
    ]);
  });

  it('belong to runbooks that default to their own rule, and send only to the queue of the messages', () => {
    const notificationTopicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
    const names = { configRuleName: 'one-key', inactiveConfigRuleName: 'no-old-key' };
    const valuesOf = (settings: Record<string, unknown>) =>
      propertiesOf(synthesize(settings).template, 'AWS::SSM::Document').map(({ Content }) => {
        const text = JSON.stringify(Content);
        const queues = text.matchAll(/"MessageQueueUrl":(?:\{"Ref":)?"([^"]*)"/g);
        const { ConfigRuleName } = Object(Content).parameters;
        return [ConfigRuleName.default, ...Array.from(queues, ([, queue]) => queue)];
      });
    const queue = expect.stringMatching(/^MessagesQueue/);
    expect(valuesOf({ notificationTopicArn, ...names })).toEqual([
      ['no-old-key', queue, queue],
      ['one-key', queue, queue],
      ['one-key', queue, queue],
    ]);
    expect(valuesOf({}).flatMap(([, ...queues]) => queues)).toEqual(Array(6).fill(''));
  });

  it('allow the planner only to read', () => {
    expect(allowed('Planner')).toEqual({
      'logs:CreateLogStream': expect.stringMatching(/^\{PlannerLogGroup\w+\}$/),
      'logs:PutLogEvents': expect.stringMatching(/^\{PlannerLogGroup\w+\}$/),
      'iam:ListAccessKeys': users,
      'iam:GetAccessKeyLastUsed': users,
      'iam:ListAttachedUserPolicies': users,
      'iam:ListUsers': '*',
      'config:DescribeConfigRules': '*',
      'cloudtrail:LookupEvents': '*',
    });
  });

  it.each([
    ['DeactivateAccessKey', 'iam:UpdateAccessKey', /^\{RuleConfigRule\w+\}$/],
    ['ReactivateAccessKey', 'iam:UpdateAccessKey', /^\{RuleConfigRule\w+\}$/],
    ['DeleteInactiveAccessKey', 'iam:DeleteAccessKey', /^\{InactiveRuleConfigRule\w+\}$/],
  ])('allow %s to invoke the planner, %s, to list keys and to start its rule', (...row) => {
    const [runbook, write, rule] = row;
    expect(allowed(runbook)).toEqual({
      'lambda:InvokeFunction': expect.stringMatching(/^\{PlannerFunction\w+\}$/),
      'config:StartConfigRulesEvaluation': expect.stringMatching(rule),
      [write]: users,
      'iam:ListAccessKeys': users,
    });
  });

  it('include no managed policy', () => {
    for (const role of propertiesOf(template, 'AWS::IAM::Role'))
      expect(role).not.toHaveProperty('ManagedPolicyArns');
  });

  it('are for one service on behalf of this account', () => {
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
    'runs on arm64 and Node 24 without reserved concurrency: $Description',
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
  it('retains logs for logRetentionInDays', () => {
    const retentions = propertiesOf(
      synthesize({ logRetentionInDays: '30' }).template,
      'AWS::Logs::LogGroup',
    ).map(({ RetentionInDays }) => RetentionInDays);

    expect(retentions).toEqual([30, 30, 30, 30]);
  });

  it('has no tags on event source mappings, which CloudFormation refuses in GovCloud and China', () => {
    const mappings = propertiesOf(template, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).not.toEqual([]);
    for (const mapping of mappings) expect(mapping).not.toHaveProperty('Tags');
  });

  it('names no partition, account and Region', () => {
    expect(JSON.stringify(template.toJSON()['Resources'])).not.toMatch(/arn:aws|us-east-1/);
  });

  it('lets CloudFormation generate every name but those of the rules', () => {
    const named = Object.values<{ Type: string; Properties: object }>(
      template.toJSON()['Resources'],
    ).flatMap(({ Type, Properties }) =>
      Object.entries(Properties)
        .filter(([name, value]) => /^\w*Name$/.test(name) && typeof value === 'string')
        .map(([name]) => `${Type} ${name}`),
    );

    // CDK generates names of inline policies. A metric name is not the name of a resource, and a saved query must have one.
    expect(new Set(named)).toEqual(
      new Set([
        'AWS::CloudWatch::Alarm MetricName',
        'AWS::Config::ConfigRule ConfigRuleName',
        'AWS::IAM::Policy PolicyName',
        'AWS::Logs::QueryDefinition Name',
      ]),
    );
  });

  it('keeps the logical ids of the rules, because a rule with a fixed name cannot be replaced', () => {
    expect(Object.keys(template.findResources('AWS::Config::ConfigRule'))).toEqual([
      'RuleConfigRuleDDB2561F',
      'InactiveRuleConfigRule960B45C0',
    ]);
  });

  it('has outputs for its resources and for the commands that use them', () => {
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
      DeadLetterQueueUrl: '{DeadLetterQueue}',
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

  it('equals the snapshot', () => {
    const known = JSON.stringify(template.toJSON(), (key, value) => {
      if (key === 'S3Key') return 'the bundle';
      return key === 'Content' ? 'the document' : value;
    });

    expect(JSON.parse(known)).toMatchSnapshot();
  });
});
