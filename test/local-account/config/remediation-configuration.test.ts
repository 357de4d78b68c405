import { describe, expect, it } from 'vitest';
import { remediationProperties } from '../../support/served-account.ts';
import { parseRemediationConfiguration } from './remediation-configuration.ts';

const userId = { ResourceValue: { Value: 'RESOURCE_ID' } };
const withParameter = (parameter: object) => ({
  Parameters: { ...remediationProperties.Parameters, Extra: parameter },
});
const invalid = expect.objectContaining({ code: 'InvalidParameterValueException' });

describe('the properties of an AWS::Config::RemediationConfiguration', () => {
  it('can contain numbers and booleans as text', () => {
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
  ])('can have %s', (_what, change) => {
    const properties = { ...remediationProperties, ...change };

    expect(parseRemediationConfiguration(properties)).toMatchObject(change);
  });

  it.each([
    ['a target other than a document', { TargetType: 'LAMBDA' }],
    ['an empty value', withParameter({ StaticValue: { Values: [''] } })],
    ['a value of 257 characters', withParameter({ StaticValue: { Values: ['x'.repeat(257)] } })],
    ['a resource value other than the id', withParameter({ ResourceValue: { Value: 'NAME' } })],
    ['neither value', withParameter({})],
    ['both values', withParameter({ ...userId, StaticValue: { Values: ['a'] } })],
    ['values in camel case', withParameter({ staticValue: { values: ['a'] } })],
    ['0 automatic attempts', { MaximumAutomaticAttempts: 0 }],
    ['26 automatic attempts', { MaximumAutomaticAttempts: 26 }],
    ['a retry window of 0 s', { RetryAttemptSeconds: 0 }],
    ['a retry window over the maximum', { RetryAttemptSeconds: 2_678_001 }],
    ['automatic remediation without a role', { Automatic: true, Parameters: {} }],
    ['an unknown member', { Approval: true }],
  ])('cannot have %s', (_what, change) => {
    const properties = { ...remediationProperties, ...change };

    expect(() => parseRemediationConfiguration(properties)).toThrow(invalid);
  });
});
