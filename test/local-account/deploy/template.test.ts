import { describe, expect, it } from 'vitest';
import { resolve } from './intrinsics.ts';
import { createScope, holdAssertions, parseTemplate, readParameters } from './template.ts';

const setup = (sections: Record<string, unknown> = {}) => {
  const template = parseTemplate({ Resources: { Role: { Type: 'AWS::IAM::Role' } }, ...sections });
  const role = { Ref: 'role-1', attributes: { Arn: 'arn:role-1', 'Nested.Name': 'nested' } };
  const scope = createScope(template, {
    pseudoParameters: { 'AWS::Region': 'us-east-1', 'AWS::NoValue': undefined },
    parameters: readParameters(template),
    resource: (logicalId) => (logicalId === 'Role' ? role : undefined),
  });
  return (value: unknown) => resolve(value, scope);
};

describe('intrinsic functions', () => {
  it.each([
    ['Ref to a resource', { Ref: 'Role' }, 'role-1'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['Ref to a parameter', { Ref: 'Days' }, '7'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:role-1'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Role.Nested.Name' }, 'nested'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Role' }, 'b']] }, 'a-role-1-b'],
    ['Sub', { 'Fn::Sub': '${Role}/${Role.Arn}/${AWS::Region}' }, 'role-1/arn:role-1/us-east-1'],
    ['Sub with a literal', { 'Fn::Sub': '${!Role}' }, '${Role}'],
    ['Sub with values', { 'Fn::Sub': ['${A} ${Role}', { A: { Ref: 'Days' } }] }, '7 role-1'],
    ['Select', { 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    ['Select from Split', { 'Fn::Select': ['2', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'c'],
    ['If with a true condition', { 'Fn::If': ['Home', 'yes', { Ref: 'Unknown' }] }, 'yes'],
    ['If with a false condition', { 'Fn::If': ['Elsewhere', { Ref: 'Unknown' }, 'no'] }, 'no'],
  ])('%s', (_, value, expected) => {
    const resolveIn = setup({
      Parameters: { Days: { Type: 'Number', Default: 7 } },
      Conditions: {
        Home: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
        Elsewhere: { 'Fn::Not': [{ Condition: 'Home' }] },
      },
    });

    expect(resolveIn(value)).toEqual(expected);
  });

  it('removes AWS::NoValue', () => {
    const nothing = { Ref: 'AWS::NoValue' };

    expect(setup()({ a: nothing, b: [nothing, 1] })).toEqual({ b: [1] });
  });

  it('leaves the conditions of a policy unchanged', () => {
    const statement = { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'Role' } } } };

    expect(setup()(statement)).toEqual({
      Condition: { StringEquals: { 'aws:SourceAccount': 'role-1' } },
    });
  });

  it.each([
    ['an unknown function', { 'Fn::Cidr': [] }, /unknown intrinsic function Fn::Cidr/],
    ['an unknown name', { Ref: 'Unknown' }, /Unknown must be a resource/],
    ['an unknown attribute', { 'Fn::GetAtt': ['Role', 'Id'] }, /Role has no attribute Id/],
    ['an unknown condition', { 'Fn::If': ['Never', 1, 2] }, /unknown condition Never/],
    ['an index after the end', { 'Fn::Select': [2, ['a', 'b']] }, /index below 2, got 2/],
    ['wrong arguments', { 'Fn::Join': ['-'] }, /./],
  ])('refuses %s', (_, value, message) => {
    expect(() => setup()(value)).toThrow(message);
  });
});

describe('conditions', () => {
  it.each([
    [{ 'Fn::Equals': ['a', 'a'] }, true],
    [{ 'Fn::Equals': ['a', 'b'] }, false],
    [{ 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }, true],
    [{ 'Fn::And': [{ 'Fn::Equals': [1, 1] }, { 'Fn::Equals': [1, 2] }] }, false],
    [{ 'Fn::Or': [{ 'Fn::Equals': [1, 1] }, { 'Fn::Equals': [1, 2] }] }, true],
  ])('%j is %s', (condition, expected) => {
    const resolveIn = setup({ Conditions: { It: condition } });

    expect(resolveIn({ 'Fn::If': ['It', true, false] })).toBe(expected);
  });
});

describe('parseTemplate', () => {
  it('refuses an unknown section', () => {
    expect(() => parseTemplate({ Resources: {}, Transform: 'AWS::Serverless' })).toThrow();
  });

  it('accepts a Systems Manager parameter without a value', () => {
    const Parameters = { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/name' } };

    expect(() => setup({ Parameters })({ Ref: 'P' })).toThrow(/P must be/);
  });
});

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
