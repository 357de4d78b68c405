import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  InactiveAccessKeyRule,
  SingleAccessKeyRule,
} from '../../../infra/rules/access-key-rules.ts';
import {
  INACTIVE_RULE_PARAMETERS,
  parseInactiveRuleParameters,
  parseRuleParameters,
  RULE_PARAMETERS,
} from '../../../rule/evaluation/parameters.ts';
import { idUnder, propertiesOf, propertiesUnder, synthesize, toText } from '../synthesize.ts';

const { template } = synthesize();
const change = (kind: string) => ({ EventSource: 'aws.config', MessageType: kind });

const RULES = [
  {
    construct: 'Rule',
    name: 'iam-user-single-access-key',
    Rule: SingleAccessKeyRule,
    standard: {
      maxActiveAccessKeys: '1',
      countInactiveAccessKeys: 'false',
      rotationGraceDays: '0',
      minimumIdleDays: '7',
      maxAccessKeyAge: '90',
      refreshDays: '7',
    },
    given: {
      maxActiveAccessKeys: 2,
      countInactiveAccessKeys: true,
      rotationGraceDays: 3,
      exemptionTagKey: 'keys-until',
      minimumIdleDays: 0,
      maxAccessKeyAge: 180,
      refreshDays: 1,
    },
    read: parseRuleParameters,
    known: RULE_PARAMETERS,
  },
  {
    construct: 'InactiveRule',
    name: 'iam-user-inactive-access-key',
    Rule: InactiveAccessKeyRule,
    standard: { maxInactiveDays: '30', refreshDays: '7' },
    given: { maxInactiveDays: 90, exemptionTagKey: 'keys-until', refreshDays: 0 },
    read: parseInactiveRuleParameters,
    known: INACTIVE_RULE_PARAMETERS,
  },
];

it('only the functions of the rules have reserved concurrency', () => {
  const settings = { reservedConcurrentExecutions: 2, automaticRemediation: true };
  const functions = propertiesOf(
    synthesize({ ...settings, securityHubFindings: true }).template,
    'AWS::Lambda::Function',
  );
  const limited = functions.filter((one) => 'ReservedConcurrentExecutions' in one);
  expect(limited.map(({ Description }) => Description)).toEqual([
    'Evaluates the access keys of IAM users for AWS Config',
    'Evaluates the inactive access keys of IAM users for AWS Config',
  ]);
});

describe.each(RULES)('the Config rule $name', ({ construct, name, Rule, ...rule }) => {
  const rules = (settings = {}) =>
    propertiesUnder(synthesize(settings).template, 'AWS::Config::ConfigRule', construct);

  it.each([
    [{}, undefined],
    [{ reservedConcurrentExecutions: '1' }, 1],
    [{ reservedConcurrentExecutions: 100 }, 100],
  ])('limits the executions of its function to %j', (settings, expected) => {
    const { template } = synthesize(settings);
    const properties = propertiesUnder(template, 'AWS::Lambda::Function', `${construct}Evaluator`);
    expect(properties['ReservedConcurrentExecutions']).toBe(expected);
  });

  it('runs its function on changes of IAM users and on a schedule', () => {
    const found = rules();
    expect(found).toMatchObject({
      ConfigRuleName: name,
      Scope: { ComplianceResourceTypes: ['AWS::IAM::User'] },
      Source: {
        Owner: 'CUSTOM_LAMBDA',
        SourceIdentifier: {
          'Fn::GetAtt': [idUnder(template, 'AWS::Lambda::Function', construct), 'Arn'],
        },
        SourceDetails: [
          change('ConfigurationItemChangeNotification'),
          change('OversizedConfigurationItemChangeNotification'),
          { ...change('ScheduledNotification'), MaximumExecutionFrequency: 'TwentyFour_Hours' },
        ],
      },
    });
    expect(found).not.toHaveProperty('MaximumExecutionFrequency');
  });

  it('has no scope when it runs only on a schedule, because AWS Config refuses one', () => {
    const scheduled = rules({ triggers: 'schedule', maximumExecutionFrequency: 'Six_Hours' });
    expect(scheduled).not.toHaveProperty('Scope');
    expect(scheduled['Source']).toMatchObject({
      SourceDetails: [
        { ...change('ScheduledNotification'), MaximumExecutionFrequency: 'Six_Hours' },
      ],
    });
  });

  it('gets every parameter that its function reads, as text', () => {
    const { InputParameters } = rules(rule.given);
    const texts = Object.entries(rule.given).map(([key, value]) => [key, String(value)]);
    expect(InputParameters).toEqual(Object.fromEntries(texts));
    expect(rule.read(JSON.stringify(InputParameters))).toEqual(rule.given);
    expect(Object.keys(Object(InputParameters)).toSorted()).toEqual(
      Object.keys(rule.known).toSorted(),
    );
  });

  it('works in another stack without any property', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'TheirStack');
    new Rule(stack, 'Rule');

    Template.fromStack(stack).hasResourceProperties('AWS::Config::ConfigRule', {
      ConfigRuleName: name,
      InputParameters: { ...rule.standard, exemptionTagKey: Match.absent() },
    });
    const text = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(text).not.toContain('ATION_ROLE_ARN');
  });

  it('is created after Config may invoke the function', () => {
    const permission = idUnder(template, 'AWS::Lambda::Permission', construct);
    const found = template.findResources('AWS::Config::ConfigRule');
    const { [idUnder(template, 'AWS::Config::ConfigRule', construct)]: created } = found;
    expect(created?.['DependsOn']).toEqual([permission]);
  });

  it('allows AWS Config to invoke its function only for rules of this account and Region', () => {
    const { SourceArn, ...permission } = propertiesUnder(
      template,
      'AWS::Lambda::Permission',
      construct,
    );
    expect(permission).toMatchObject({
      Action: 'lambda:InvokeFunction',
      FunctionName: {
        'Fn::GetAtt': [idUnder(template, 'AWS::Lambda::Function', construct), 'Arn'],
      },
      Principal: 'config.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
    });
    expect(toText(SourceArn)).toBe(
      'arn:{AWS::Partition}:config:{AWS::Region}:{AWS::AccountId}:config-rule/*',
    );
  });
});

describe('the dead-letter queue', () => {
  it('belongs to the functions of the rules, which are the only asynchronous ones', () => {
    const deadLetters = propertiesOf(template, 'AWS::Lambda::Function').map(
      ({ DeadLetterConfig }) => DeadLetterConfig !== undefined,
    );

    expect(deadLetters.filter(Boolean)).toHaveLength(RULES.length);
  });
});
