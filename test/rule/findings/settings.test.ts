import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../../rule/environment.ts';
import { parseFindingSettings } from '../../../rule/findings/settings.ts';
import { SEVERITIES } from '../../../rule/findings/severities.ts';
import { findingEnvironment } from '../../support/findings.ts';

describe('parseFindingSettings', () => {
  it('reads the rules, their runbooks, and from an ARN where it is', () => {
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

  it.each(SEVERITIES)('takes %s', (FINDING_SEVERITY) => {
    const { severity } = parseFindingSettings({ ...findingEnvironment, FINDING_SEVERITY });
    expect(severity).toBe(FINDING_SEVERITY);
  });

  it.each([
    ['CONFIG_RULE_NAME', 'a rule'],
    ['CONFIG_RULE_ARN', 'arn:aws:config:us-east-1:12345678901:config-rule/config-rule-1'],
    ['CONFIG_RULE_ARN', undefined],
    ['INACTIVE_CONFIG_RULE_ARN', 'arn:aws:iam::123456789012:role/config-rule'],
    ['RUNBOOK_NAME', ''],
    ['AUTOMATION_ROLE_ARN', 'DeactivateAccessKey-1A2B'],
    ['DELETION_ROLE_ARN', undefined],
    ['DELETION_RUNBOOK_NAME', undefined],
    ['FINDING_SEVERITY', 'high'],
  ])('refuses %s as %j, and names it', (name, value) => {
    const parse = () => parseFindingSettings({ ...findingEnvironment, [name]: value });
    expect(parse).toThrow(InvalidEnvironmentError);
    expect(parse).toThrow(`environment.${name}`);
  });
});
