import { describe, expect, it } from 'vitest';
import { holdAssertions, readParameters } from './parameters.ts';
import { parseTemplate } from './template.ts';

const template = parseTemplate({
  Resources: {},
  Parameters: {
    Name: { Type: 'String', Default: 'a', AllowedPattern: '^[a-z]{1,3}$' },
    Topic: {
      Type: 'String',
      Default: '',
      AllowedPattern: '^(arn:.+)?$',
      ConstraintDescription: 'must be an ARN',
    },
    Days: { Type: 'Number', Default: 7, AllowedValues: [7, 30] },
    Ratio: { Type: 'Number', Default: 0.5 },
    Needed: { Type: 'String' },
    Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' },
  },
});
const read = (given: Record<string, string>) => readParameters(template, given);
const Needed = 'x';

describe('the parameters of a template', () => {
  it('have the given values, else their defaults; a Systems Manager parameter has no value', () => {
    expect(read({ Needed, Name: 'abc', Days: '30' })).toEqual({
      ...{ Needed, Name: 'abc', Days: '30', Topic: '', Ratio: '0.5' },
    });
  });

  it.each([
    [{}, 'Parameters: [Needed] must have values'],
    [{ Needed, Nmae: 'a' }, 'Parameters: [Nmae] do not exist in the template'],
    [{ Needed, Name: 'abcd' }, 'Parameter Name must match ^[a-z]{1,3}$, got "abcd"'],
    [{ Needed, Name: '' }, 'Parameter Name must match'],
    [{ Needed, Name: 'abc\n' }, 'Parameter Name must match'],
    [{ Needed, Topic: 'topic' }, 'Parameter Topic must be an ARN, got "topic"'],
    [{ Needed, Days: '8' }, 'Parameter Days must be one of 7, 30, got "8"'],
    [{ Needed, Days: '7.0' }, 'Parameter Days must be one of'],
    [{ Needed, Ratio: 'half' }, 'Parameter Ratio must be a number, got "half"'],
  ])('refuse %j with %s', (given, message) => {
    expect(() => read(given)).toThrow(message);
  });
});

const REGIONS = ['us-east-1', 'us-gov-west-1'];
const inRegion = { 'Fn::Contains': [REGIONS, { Ref: 'AWS::Region' }] };

const hold = (Rules: Record<string, unknown>, region = 'us-east-1') =>
  holdAssertions(
    parseTemplate({
      Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
      Parameters: {
        Mode: { Type: 'String', Default: 'on' },
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' },
      },
      Rules,
    }),
    { pseudoParameters: { 'AWS::Region': region }, parameters: { Mode: 'on' } },
  );
const ruleOf = (Assert: unknown, RuleCondition?: unknown) => ({
  Rule: { Assertions: [{ Assert, AssertDescription: 'deploy it elsewhere' }], RuleCondition },
});
const isOn = { 'Fn::Equals': [{ Ref: 'Mode' }, 'on'] };

describe('the rules of a template', () => {
  it.each([
    ['Contains', inRegion],
    ['Equals', isOn],
    ['Not', { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Mode' }, 'off'] }] }],
    ['And', { 'Fn::And': [inRegion, isOn] }],
    ['Or', { 'Fn::Or': [{ 'Fn::Not': [inRegion] }, isOn] }],
  ])('can use Fn::%s', (_, condition) => {
    expect(() => hold(ruleOf(condition))).not.toThrow();
    expect(() => hold(ruleOf({ 'Fn::Not': [condition] }))).toThrow('deploy it elsewhere');
  });

  it('fail with the description of the assertion', () => {
    expect(() => hold(ruleOf(inRegion), 'eu-central-1')).toThrow('deploy it elsewhere');
    const unworded = { Wordless: { Assertions: [{ Assert: { 'Fn::Not': [inRegion] } }] } };
    expect(() => hold(unworded)).toThrow('Wordless');
  });

  it('are checked only if their condition is true', () => {
    const never = { 'Fn::Not': [inRegion] };

    expect(() => hold(ruleOf(never, never))).not.toThrow();
    expect(() => hold(ruleOf(never, isOn))).toThrow('deploy it elsewhere');
  });

  it('are skipped if they refer to a Systems Manager parameter', () => {
    const version = { 'Fn::Contains': [['1', '2'], { Ref: 'BootstrapVersion' }] };

    expect(() => hold(ruleOf({ 'Fn::Not': [version] }))).not.toThrow();
  });

  it.each([
    ['an unknown function', ruleOf({ 'Fn::EachMemberIn': [['a'], ['a']] })],
    ['two functions in one object', ruleOf({ ...inRegion, ...isOn })],
    ['a resource', ruleOf({ 'Fn::Equals': [{ Ref: 'Queue' }, ''] })],
    ['an unknown member', { Rule: { Assertions: [{ Assert: isOn, Why: '' }] } }],
    ['no assertion', { Rule: { Assertions: [] } }],
  ])('are refused with %s', (_, rules) => {
    expect(() => hold(rules)).toThrow();
    expect(() => hold(rules)).not.toThrow('deploy it elsewhere');
  });
});
