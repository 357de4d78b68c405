import { describe, expect, it } from 'vitest';
import { holdAssertions } from './parameters.ts';
import { parseTemplate } from './template.ts';

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
  ])('hold with Fn::%s', (_, condition) => {
    expect(() => hold(ruleOf(condition))).not.toThrow();
    expect(() => hold(ruleOf({ 'Fn::Not': [condition] }))).toThrow('deploy it elsewhere');
  });

  it('fail with the words of the assertion', () => {
    expect(() => hold(ruleOf(inRegion), 'eu-central-1')).toThrow('deploy it elsewhere');
    const unworded = { Wordless: { Assertions: [{ Assert: { 'Fn::Not': [inRegion] } }] } };
    expect(() => hold(unworded)).toThrow('Wordless');
  });

  it('are held only where their condition holds', () => {
    const never = { 'Fn::Not': [inRegion] };

    expect(() => hold(ruleOf(never, never))).not.toThrow();
    expect(() => hold(ruleOf(never, isOn))).toThrow('deploy it elsewhere');
  });

  it('are passed over where they are about a value of Systems Manager', () => {
    const version = { 'Fn::Contains': [['1', '2'], { Ref: 'BootstrapVersion' }] };

    expect(() => hold(ruleOf({ 'Fn::Not': [version] }))).not.toThrow();
  });

  it.each([
    ['a function that they do not know', ruleOf({ 'Fn::EachMemberIn': [['a'], ['a']] })],
    ['two functions in one', ruleOf({ ...inRegion, ...isOn })],
    ['a resource', ruleOf({ 'Fn::Equals': [{ Ref: 'Queue' }, ''] })],
    ['a member that they do not know', { Rule: { Assertions: [{ Assert: isOn, Why: '' }] } }],
    ['no assertion', { Rule: { Assertions: [] } }],
  ])('are refused with %s', (_, rules) => {
    expect(() => hold(rules)).toThrow();
    expect(() => hold(rules)).not.toThrow('deploy it elsewhere');
  });
});
