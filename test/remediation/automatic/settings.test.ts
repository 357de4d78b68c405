import { describe, expect, it } from 'vitest';
import { parseAutomaticSettings } from '../../../remediation/automatic/settings.ts';
import { InvalidEnvironmentError } from '../../../rule/input/parse.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:keys';
const environment = {
  RUNBOOK: 'DeactivateAccessKey',
  CONFIG_RULE_NAME: 'iam-user-single-access-key',
  DOCUMENT_NAME: 'Stack-DeactivateAccessKeyDocument-1A2B',
  AUTOMATION_ROLE_ARN: 'arn:aws-us-gov:iam::123456789012:role/automation',
  DEACTIVATION_ROLE_ARN: 'arn:aws-us-gov:iam::123456789012:role/deactivation',
  PERIOD_HOURS: '24',
};

describe('parseAutomaticSettings', () => {
  it('reads the environment', () => {
    expect(parseAutomaticSettings(environment)).toEqual({
      Runbook: 'DeactivateAccessKey',
      ConfigRuleName: 'iam-user-single-access-key',
      documentName: 'Stack-DeactivateAccessKeyDocument-1A2B',
      automationRoleArn: 'arn:aws-us-gov:iam::123456789012:role/automation',
      deactivationRoleArn: 'arn:aws-us-gov:iam::123456789012:role/deactivation',
      accountId: '123456789012',
      periodHours: 24,
      notificationTopicArn: undefined,
    });
  });

  it.each([
    [{ RUNBOOK: 'DeleteInactiveAccessKey' }, { Runbook: 'DeleteInactiveAccessKey' }],
    [{ PERIOD_HOURS: '1' }, { periodHours: 1 }],
    [{ NOTIFICATION_TOPIC_ARN: TOPIC }, { notificationTopicArn: TOPIC }],
    [{ CONFIG_RULE_NAME: 'r'.repeat(64) }, { ConfigRuleName: 'r'.repeat(64) }],
  ])('accepts %j', (given, expected) => {
    expect(parseAutomaticSettings({ ...environment, ...given })).toMatchObject(expected);
  });

  it.each([
    [{ RUNBOOK: 'ReactivateAccessKey' }, 'RUNBOOK'],
    [{ CONFIG_RULE_NAME: 'r'.repeat(65) }, 'CONFIG_RULE_NAME: expected 1 to 64'],
    [{ DOCUMENT_NAME: '' }, 'DOCUMENT_NAME'],
    [{ AUTOMATION_ROLE_ARN: 'automation' }, 'AUTOMATION_ROLE_ARN: expected the ARN of a role'],
    [{ DEACTIVATION_ROLE_ARN: undefined }, 'DEACTIVATION_ROLE_ARN'],
    [{ PERIOD_HOURS: '2' }, 'PERIOD_HOURS'],
    [{ NOTIFICATION_TOPIC_ARN: '' }, 'NOTIFICATION_TOPIC_ARN'],
  ])('refuses %j', (given, problem) => {
    const parse = () => parseAutomaticSettings({ ...environment, ...given });
    expect(parse).toThrow(InvalidEnvironmentError);
    expect(parse).toThrow(`environment.${problem}`);
  });
});
