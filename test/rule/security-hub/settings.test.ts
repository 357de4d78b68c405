import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../../rule/input/parse.ts';
import { parseFindingSettings, SEVERITIES } from '../../../rule/security-hub/settings.ts';
import { findingEnvironment } from '../../support/findings.ts';

describe('parseFindingSettings', () => {
  it('reads the rules with their runbooks, and the place from an ARN', () => {
    expect(parseFindingSettings(findingEnvironment)).toMatchObject({
      place: { partition: 'aws', region: 'us-east-1', accountId: '123456789012' },
      severity: 'HIGH',
      rules: [
        {
          name: 'iam-user-single-access-key',
          arn: findingEnvironment.CONFIG_RULE_ARN,
          runbookName: 'DeactivateAccessKey-1A2B',
          automationRoleArn: findingEnvironment.AUTOMATION_ROLE_ARN,
        },
        {
          name: 'iam-user-inactive-access-key',
          arn: findingEnvironment.INACTIVE_CONFIG_RULE_ARN,
          runbookName: 'DeleteInactiveAccessKey-1A2B',
          automationRoleArn: findingEnvironment.DELETION_ROLE_ARN,
        },
      ],
    });
  });

  it.each(SEVERITIES)('accepts the severity %s', (FINDING_SEVERITY) => {
    const { severity } = parseFindingSettings({ ...findingEnvironment, FINDING_SEVERITY });
    expect(severity).toBe(FINDING_SEVERITY);
  });

  const rule = 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1';
  const role = 'arn:aws:iam::123456789012:role/DeactivateAccessKey-1A2B';
  it.each([
    ['CONFIG_RULE_NAME', 'r'.repeat(64)],
    ['CONFIG_RULE_ARN', rule.replace('arn:aws:', 'arn:aws-us-gov:')],
    ['CONFIG_RULE_ARN', `arn:aws:config:us-east-1:123456789012:config-rule/${'r'.repeat(256)}`],
    ['INACTIVE_CONFIG_RULE_ARN', `${rule}/aws-service-rule/securityhub.amazonaws.com/x`],
    ['AUTOMATION_ROLE_ARN', role.replace('arn:aws:', 'arn:aws-cn:')],
  ])('accepts %s %j', (name, value) => {
    expect(
      JSON.stringify(parseFindingSettings({ ...findingEnvironment, [name]: value })),
    ).toContain(value);
  });

  const names = '1 to 64 letters, digits, - and _, got ';
  const rules = 'the ARN of a Config rule, got ';
  const roles = 'the ARN of a role, got ';
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
    ['RUNBOOK_NAME', '', 'a string that is not empty, got '],
    ['AUTOMATION_ROLE_ARN', 'DeactivateAccessKey-1A2B', roles],
    ['AUTOMATION_ROLE_ARN', `x${role}`, roles],
    ['AUTOMATION_ROLE_ARN', role.replace('123456789012', '12345678901'), roles],
    ['DELETION_ROLE_ARN', undefined, 'a value, got nothing'],
    ['DELETION_RUNBOOK_NAME', undefined, 'a value, got nothing'],
    ['FINDING_SEVERITY', 'high', ''],
  ])('refuses %s %j and says what it expects', (name, value, expected) => {
    const parse = () => parseFindingSettings({ ...findingEnvironment, [name]: value });
    expect(parse).toThrow(InvalidEnvironmentError);
    expect(parse).toThrow(`environment.${name}: expected ${expected}`);
  });
});
