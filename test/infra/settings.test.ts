import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';
import { InvalidParameterError, RULE_PARAMETERS } from '../../rule/parameters.ts';

const refusal = (context: Record<string, unknown>): string => {
  try {
    parseSettings(context);
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'accepted';
};

describe('settings', () => {
  it('have a default each', () => {
    expect(parseSettings({})).toEqual({
      ruleName: 'iam-user-single-access-key',
      triggers: 'hybrid',
      frequency: 'TwentyFour_Hours',
      maxActiveAccessKeys: RULE_PARAMETERS.maxActiveAccessKeys.default,
      minimumIdleDays: RULE_PARAMETERS.minimumIdleDays.default,
      refreshDays: RULE_PARAMETERS.refreshDays.default,
      rotationGraceDays: RULE_PARAMETERS.rotationGraceDays.default,
      automaticRemediation: false,
      keyEvents: true,
      dashboard: true,
      logRetentionDays: 90,
    });
  });

  it.each([
    ['ruleName', 'a', 'a'],
    ['ruleName', 'x'.repeat(64), 'x'.repeat(64)],
    ['triggers', 'hybrid', 'hybrid'],
    ['triggers', 'schedule', 'schedule'],
    ['frequency', 'One_Hour', 'One_Hour'],
    ['frequency', 'Three_Hours', 'Three_Hours'],
    ['frequency', 'Six_Hours', 'Six_Hours'],
    ['frequency', 'Twelve_Hours', 'Twelve_Hours'],
    ['frequency', 'TwentyFour_Hours', 'TwentyFour_Hours'],
    ['maxActiveAccessKeys', '1', 1],
    ['maxActiveAccessKeys', 10, 10],
    ['minimumIdleDays', '0', 0],
    ['minimumIdleDays', 365, 365],
    ['refreshDays', '0', 0],
    ['refreshDays', 365, 365],
    ['rotationGraceDays', '90', 90],
    ['exemptionTag', 'keys-until', 'keys-until'],
    ['keyEvents', 'false', false],
    ['dashboard', false, false],
    [
      'alarmTopicArn',
      'arn:aws:sns:us-east-1:123456789012:alarms',
      'arn:aws:sns:us-east-1:123456789012:alarms',
    ],
    [
      'notificationTopicArn',
      'arn:aws-cn:sns:cn-north-1:123456789012:a-b_c',
      'arn:aws-cn:sns:cn-north-1:123456789012:a-b_c',
    ],
    ['automaticRemediation', 'true', true],
    ['automaticRemediation', true, true],
    ['automaticRemediation', 'false', false],
    ['automaticRemediation', false, false],
    ['logRetentionDays', '1', 1],
    ['logRetentionDays', 3653, 3653],
  ])('accept %s %j, from the command line or from cdk.json', (name, given, expected) => {
    expect(parseSettings({ [name]: given })).toMatchObject({ [name]: expected });
  });

  it.each([
    ['ruleName', ''],
    ['ruleName', 'x'.repeat(65)],
    ['ruleName', 'two words'],
    ['ruleName', 1],
    ['triggers', 'change'],
    ['triggers', ''],
    ['frequency', 'one_hour'],
    ['frequency', 'Two_Hours'],
    ['refreshDays', '366'],
    ['rotationGraceDays', 91],
    ['exemptionTag', ''],
    ['exemptionTag', 'a!b'],
    ['keyEvents', 'yes'],
    ['dashboard', ''],
    ['alarmTopicArn', 'alarms'],
    ['alarmTopicArn', ''],
    ['notificationTopicArn', 'arn:aws:sns:us-east-1:123456789012:alarms.fifo'],
    ['notificationTopicArn', 'arn:aws:sqs:us-east-1:123456789012:alarms'],
    ['maxActiveAccessKeys', '0'],
    ['maxActiveAccessKeys', 11],
    ['maxActiveAccessKeys', ''],
    ['minimumIdleDays', -1],
    ['minimumIdleDays', '366'],
    ['minimumIdleDays', '7.5'],
    ['automaticRemediation', 'yes'],
    ['automaticRemediation', 1],
    ['logRetentionDays', 0],
    ['logRetentionDays', '2'],
    ['logRetentionDays', 9999],
    ['logRetentionDays', ' 1'],
    ['logRetentionDays', null],
  ])('refuse %s %j, naming it and what came', (name, given) => {
    expect(refusal({ [name]: given })).toMatch(
      new RegExp(`^Invalid\\w+Error: ${name} must be .*, got ${JSON.stringify(given)}$`),
    );
  });

  it('say what is expected', () => {
    expect(refusal({ frequency: 'Daily' })).toBe(
      'InvalidSettingError: frequency must be one of One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours, got "Daily"',
    );
  });

  it('refuse a name that no setting has, and name those there are', () => {
    expect(refusal({ maxActiveAccesKeys: '2' })).toBe(
      'InvalidSettingError: unknown setting "maxActiveAccesKeys", expected ruleName, triggers, frequency, maxActiveAccessKeys, rotationGraceDays, exemptionTag, minimumIdleDays, refreshDays, automaticRemediation, keyEvents, alarmTopicArn, notificationTopicArn, dashboard, logRetentionDays',
    );
  });

  it('name everything that is wrong at once', () => {
    expect(refusal({ triggers: 'x', frequency: 'y', unknown: 'z' })).toMatch(
      /triggers.*; frequency.*; unknown setting "unknown"/,
    );
  });

  it('hold the rule to its own bounds', () => {
    expect(() => parseSettings({ maxActiveAccessKeys: 11 })).toThrow(InvalidParameterError);
  });

  it('leave the context of CDK itself alone', () => {
    expect(
      parseSettings({
        '@aws-cdk/core:checkSecretUsage': true,
        'aws:cdk:bundling-stacks': [],
        'availability-zones:account=123456789012:region=us-east-1': [],
        'acknowledged-issue-numbers': [1],
      }),
    ).toEqual(parseSettings({}));
  });
});
