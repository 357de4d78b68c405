import { describe, expect, it } from 'vitest';
import { resolve } from './intrinsics.ts';
import { readParameters } from './parameters.ts';
import { createScope, parseTemplate } from './template.ts';

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
