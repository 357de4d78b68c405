import { describe, expect, it } from 'vitest';
import { remediationProperties } from '../../support/served-account.ts';
import { parseRemediationConfiguration } from './remediation-configuration.ts';

const userId = { ResourceValue: { Value: 'RESOURCE_ID' } };
const withParameter = (parameter: object) => ({
  Parameters: { ...remediationProperties.Parameters, Extra: parameter },
});
const invalid = expect.objectContaining({ code: 'InvalidParameterValueException' });

describe('the properties of an AWS::Config::RemediationConfiguration', () => {
  it.each([
    ['a value of 256 characters', withParameter({ StaticValue: { Values: ['x'.repeat(256)] } })],
    ['no automatic remediation', { Automatic: false }],
    ['no automatic remediation as text', { Automatic: 'false' }],
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
    ['automatic remediation', { Automatic: true }],
    ['automatic remediation as text', { Automatic: 'true' }],
    ['an unknown member', { Approval: true }],
  ])('cannot have %s', (_what, change) => {
    const properties = { ...remediationProperties, ...change };

    expect(() => parseRemediationConfiguration(properties)).toThrow(invalid);
  });
});
