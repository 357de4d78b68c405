import { describe, expect, it } from 'vitest';
import { remediationProperties, ruleProperties } from '../../support/served-account.ts';
import { parseRemediationConfiguration } from './remediation.ts';
import { parseConfigRule } from './rules.ts';

const withDetail = (detail: object) => ({
  Source: { ...ruleProperties().Source, SourceDetails: [{ EventSource: 'aws.config', ...detail }] },
});
const withParameter = (parameter: object) => ({
  Parameters: { ...remediationProperties.Parameters, Extra: parameter },
});
const SCHEDULED = { MessageType: 'ScheduledNotification' };
const CHANGE = { MessageType: 'ConfigurationItemChangeNotification' };
const USERS = { Scope: { ComplianceResourceTypes: ['AWS::IAM::User'] } };
const invalid = expect.objectContaining({ code: 'InvalidParameterValueException' });

describe('the properties of an AWS::Config::ConfigRule', () => {
  it.each([
    ['a name of 64 characters', { ConfigRuleName: 'x'.repeat(64) }],
    [
      'a frequency of its schedule',
      withDetail({ ...SCHEDULED, MaximumExecutionFrequency: 'Six_Hours' }),
    ],
    ['a scope of its changes', { ...USERS, ...withDetail(CHANGE) }],
    ['parameters of 1024 characters', { InputParameters: `{"a":"${'x'.repeat(1016)}"}` }],
  ])('may have %s', (_what, change) => {
    expect(parseConfigRule({ ...ruleProperties(), ...change })).toMatchObject(change);
  });

  it('keep parameters as JSON text', () => {
    const InputParameters = { minimumIdleDays: '7' };

    expect(parseConfigRule({ ...ruleProperties(), InputParameters })).toMatchObject({
      InputParameters: '{"minimumIdleDays":"7"}',
    });
  });

  it.each([
    ['a name of 65 characters', { ConfigRuleName: 'x'.repeat(65) }],
    ['no name', { ConfigRuleName: undefined }],
    ['an owner of another kind', { Source: { ...ruleProperties().Source, Owner: 'AWS' } }],
    ['no trigger', { Source: { ...ruleProperties().Source, SourceDetails: [] } }],
    ['an unknown trigger', withDetail({ MessageType: 'Scheduled' })],
    ['an unknown event source', withDetail({ ...SCHEDULED, EventSource: 'aws.iam' })],
    ['an unknown frequency', withDetail({ ...SCHEDULED, MaximumExecutionFrequency: 'Daily' })],
    ['a frequency of a change', withDetail({ ...CHANGE, MaximumExecutionFrequency: 'Six_Hours' })],
    ['a scope of a schedule', { ...USERS, ...withDetail(SCHEDULED) }],
    ['parameters of 1025 characters', { InputParameters: `{"a":"${'x'.repeat(1017)}"}` }],
    ['parameters that are no JSON', { InputParameters: 'minimumIdleDays=7' }],
    ['parameters that are no object', { InputParameters: '[]' }],
    ['members in the case of CDK', { source: {} }],
  ])('may not have %s', (_what, change) => {
    expect(() => parseConfigRule({ ...ruleProperties(), ...change })).toThrow(invalid);
  });

  it('are refused with the member, what it got and what it expects', () => {
    const properties = { ...ruleProperties(), ConfigRuleName: 'x'.repeat(65) };

    expect(() => parseConfigRule(properties)).toThrow(
      'AWS::Config::ConfigRule: ConfigRuleName: Invalid length: Expected <=64 but received 65',
    );
  });
});

describe('the properties of an AWS::Config::RemediationConfiguration', () => {
  it('may have numbers and booleans as text', () => {
    const text = { Automatic: 'true', MaximumAutomaticAttempts: '25', RetryAttemptSeconds: '60' };

    expect(parseRemediationConfiguration({ ...remediationProperties, ...text })).toMatchObject({
      Automatic: true,
      MaximumAutomaticAttempts: 25,
      RetryAttemptSeconds: 60,
    });
  });

  it.each([
    ['a value of 256 characters', withParameter({ StaticValue: { Values: ['x'.repeat(256)] } })],
    ['the longest retry window', { RetryAttemptSeconds: 2_678_000 }],
    ['one automatic attempt', { MaximumAutomaticAttempts: 1 }],
  ])('may have %s', (_what, change) => {
    const properties = { ...remediationProperties, ...change };

    expect(parseRemediationConfiguration(properties)).toMatchObject(change);
  });

  it.each([
    ['another target', { TargetType: 'LAMBDA' }],
    ['an empty value', withParameter({ StaticValue: { Values: [''] } })],
    ['a value of 257 characters', withParameter({ StaticValue: { Values: ['x'.repeat(257)] } })],
    ['another resource value', withParameter({ ResourceValue: { Value: 'RESOURCE_NAME' } })],
    ['neither value', withParameter({})],
    [
      'both values',
      withParameter({ ResourceValue: { Value: 'RESOURCE_ID' }, StaticValue: { Values: ['a'] } }),
    ],
    ['values in the case of CDK', withParameter({ staticValue: { values: ['a'] } })],
    ['no automatic attempt', { MaximumAutomaticAttempts: 0 }],
    ['26 automatic attempts', { MaximumAutomaticAttempts: 26 }],
    ['no retry window', { RetryAttemptSeconds: 0 }],
    ['too long a retry window', { RetryAttemptSeconds: 2_678_001 }],
    ['automatic remediation without a role', { Automatic: true, Parameters: {} }],
    ['a member it does not know', { Approval: true }],
  ])('may not have %s', (_what, change) => {
    const properties = { ...remediationProperties, ...change };

    expect(() => parseRemediationConfiguration(properties)).toThrow(invalid);
  });
});
