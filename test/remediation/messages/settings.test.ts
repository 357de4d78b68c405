import { describe, expect, it } from 'vitest';
import { parseMessageSettings } from '../../../remediation/messages/settings.ts';

const environment = {
  NOTIFICATION_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:keys',
  OWNER_TAG_KEY: 'owner',
  CONFIG_RULE_NAME: 'one-key',
  INACTIVE_CONFIG_RULE_NAME: 'no-old-key',
  AUTOMATIC_REMEDIATION: 'true',
  AUTOMATIC_DELETION: 'false',
  PERIOD_HOURS: '6',
  DEACTIVATION_ROLE_ARN: 'arn:aws:iam::123456789012:role/deactivate',
  AWS_REGION: 'us-east-1',
};

describe('parseMessageSettings', () => {
  it('returns the settings of the function', () => {
    expect(parseMessageSettings(environment)).toEqual({
      notificationTopicArn: 'arn:aws:sns:us-east-1:123456789012:keys',
      ownerTagKey: 'owner',
      rules: [
        {
          ...{ Runbook: 'DeactivateAccessKey', ConfigRuleName: 'one-key' },
          ...{ accountId: '123456789012', isAutomatic: true },
        },
        {
          ...{ Runbook: 'DeleteInactiveAccessKey', ConfigRuleName: 'no-old-key' },
          ...{ accountId: '123456789012', isAutomatic: false },
        },
      ],
      periodHours: 6,
      deactivationRoleArn: 'arn:aws:iam::123456789012:role/deactivate',
      ...{ accountId: '123456789012', region: 'us-east-1' },
    });
  });

  it('returns no owner tag key if there is none', () => {
    const { OWNER_TAG_KEY: _, ...others } = environment;
    expect(parseMessageSettings(others).ownerTagKey).toBeUndefined();
  });

  it.each([
    ['NOTIFICATION_TOPIC_ARN', ''],
    ['CONFIG_RULE_NAME', 'a b'],
    ['INACTIVE_CONFIG_RULE_NAME', undefined],
    ['AUTOMATIC_REMEDIATION', 'yes'],
    ['AUTOMATIC_DELETION', undefined],
    ['PERIOD_HOURS', '5'],
    ['DEACTIVATION_ROLE_ARN', 'role'],
    ['AWS_REGION', undefined],
  ])('refuses %s=%s', (name, value) => {
    expect(() => parseMessageSettings({ ...environment, [name]: value })).toThrow(
      `environment.${name}: expected`,
    );
  });
});
