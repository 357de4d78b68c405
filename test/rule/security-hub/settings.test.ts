import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../../rule/input/parse.ts';
import { parseFindingSettings, SEVERITIES } from '../../../rule/security-hub/settings.ts';
import { findingEnvironment } from '../../support/findings.ts';

describe('parseFindingSettings', () => {
  it('reads the rules, and the place from an ARN', () => {
    expect(parseFindingSettings(findingEnvironment)).toMatchObject({
      place: { partition: 'aws', region: 'us-east-1', accountId: '123456789012' },
      severity: 'HIGH',
      rules: [
        {
          name: 'iam-user-single-access-key',
          arn: findingEnvironment.CONFIG_RULE_ARN,
        },
        {
          name: 'iam-user-inactive-access-key',
          arn: findingEnvironment.INACTIVE_CONFIG_RULE_ARN,
        },
      ],
    });
  });

  it.each(SEVERITIES)('accepts the severity %s', (FINDING_SEVERITY) => {
    const { severity } = parseFindingSettings({ ...findingEnvironment, FINDING_SEVERITY });
    expect(severity).toBe(FINDING_SEVERITY);
  });

  const rule = 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1';
  it.each([
    ['CONFIG_RULE_NAME', 'r'.repeat(64)],
    ['CONFIG_RULE_ARN', rule.replace('arn:aws:', 'arn:aws-us-gov:')],
    ['CONFIG_RULE_ARN', `arn:aws:config:us-east-1:123456789012:config-rule/${'r'.repeat(256)}`],
    ['INACTIVE_CONFIG_RULE_ARN', `${rule}/aws-service-rule/securityhub.amazonaws.com/x`],
  ])('accepts %s %j', (name, value) => {
    expect(
      JSON.stringify(parseFindingSettings({ ...findingEnvironment, [name]: value })),
    ).toContain(value);
  });

  const names = '1 to 64 letters, digits, - and _, got ';
  const rules = 'the ARN of a Config rule, got ';
  it.each([
    ['CONFIG_RULE_NAME', 'a rule', names],
    ['CONFIG_RULE_NAME', '.rule', names],
    ['CONFIG_RULE_NAME', 'rule.', names],
    ['INACTIVE_CONFIG_RULE_NAME', 'r'.repeat(65), names],
    ['INACTIVE_CONFIG_RULE_NAME', '', names],
    ['CONFIG_RULE_ARN', rule.replace('123456789012', '12345678901'), rules],
    ['CONFIG_RULE_ARN', `x${rule}`, rules],
    ['CONFIG_RULE_ARN', `${rule} `, rules],
    ['CONFIG_RULE_ARN', rule.replace('config-rule-1', ''), rules],
    [
      'CONFIG_RULE_ARN',
      `arn:aws:config:us-east-1:123456789012:config-rule/${'r'.repeat(257)}`,
      rules,
    ],
    ['CONFIG_RULE_ARN', undefined, 'a value, got nothing'],
    ['INACTIVE_CONFIG_RULE_ARN', 'arn:aws:iam::123456789012:role/config-rule', rules],
    ['FINDING_SEVERITY', 'high', ''],
  ])('refuses %s %j and says what it expects', (name, value, expected) => {
    const parse = () => parseFindingSettings({ ...findingEnvironment, [name]: value });
    expect(parse).toThrow(InvalidEnvironmentError);
    expect(parse).toThrow(`environment.${name}: expected ${expected}`);
  });
});
