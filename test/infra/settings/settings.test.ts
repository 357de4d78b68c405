import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../infra/settings/settings.ts';
import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../../rule/evaluation/parameters.ts';
import { InvalidParameterError } from '../../../rule/input/parameter.ts';

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
      configRuleName: 'iam-user-single-access-key',
      triggers: 'hybrid',
      maximumExecutionFrequency: 'TwentyFour_Hours',
      maxActiveAccessKeys: RULE_PARAMETERS.maxActiveAccessKeys.default,
      countInactiveAccessKeys: RULE_PARAMETERS.countInactiveAccessKeys.default,
      minimumIdleDays: RULE_PARAMETERS.minimumIdleDays.default,
      refreshDays: RULE_PARAMETERS.refreshDays.default,
      rotationGraceDays: RULE_PARAMETERS.rotationGraceDays.default,
      inactiveConfigRuleName: 'iam-user-inactive-access-key',
      maxInactiveDays: INACTIVE_RULE_PARAMETERS.maxInactiveDays.default,
      automaticRemediation: false,
      automaticDeletion: false,
      keyEvents: true,
      securityHubFindings: false,
      findingSeverity: 'HIGH',
      dashboard: true,
      logRetentionInDays: 90,
    });
  });

  it.each([
    ['configRuleName', 'a', 'a'],
    ['configRuleName', 'x'.repeat(64), 'x'.repeat(64)],
    ['triggers', 'hybrid', 'hybrid'],
    ['triggers', 'schedule', 'schedule'],
    ['maximumExecutionFrequency', 'One_Hour', 'One_Hour'],
    ['maximumExecutionFrequency', 'Three_Hours', 'Three_Hours'],
    ['maximumExecutionFrequency', 'Six_Hours', 'Six_Hours'],
    ['maximumExecutionFrequency', 'Twelve_Hours', 'Twelve_Hours'],
    ['maximumExecutionFrequency', 'TwentyFour_Hours', 'TwentyFour_Hours'],
    ['maxActiveAccessKeys', '1', 1],
    ['maxActiveAccessKeys', 10, 10],
    ['minimumIdleDays', '0', 0],
    ['minimumIdleDays', 365, 365],
    ['refreshDays', '0', 0],
    ['refreshDays', 365, 365],
    ['rotationGraceDays', '90', 90],
    ['exemptionTagKey', 'keys-until', 'keys-until'],
    ['keyEvents', 'false', false],
    ['securityHubFindings', 'true', true],
    ['findingSeverity', 'LOW', 'LOW'],
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
    ['inactiveConfigRuleName', 'b', 'b'],
    ['countInactiveAccessKeys', 'true', true],
    ['countInactiveAccessKeys', false, false],
    ['maxInactiveDays', '1', 1],
    ['maxInactiveDays', 90, 90],
    ['automaticDeletion', 'true', true],
    ['approvers', 'alice', ['alice']],
    [
      'approvers',
      'a+b=c.d@e-f_g,arn:aws:iam::123456789012:user/team/bob,arn:aws-cn:iam::123456789012:role/x',
      [
        'a+b=c.d@e-f_g',
        'arn:aws:iam::123456789012:user/team/bob',
        'arn:aws-cn:iam::123456789012:role/x',
      ],
    ],
    ['approvers', ['one,with,commas', 'bob'], ['one,with,commas', 'bob']],
    ['logRetentionInDays', '1', 1],
    ['logRetentionInDays', 3653, 3653],
  ])('accept %s %j, from the command line or from cdk.json', (name, given, expected) => {
    expect(parseSettings({ [name]: given })).toMatchObject({ [name]: expected });
  });

  it.each([
    ['configRuleName', ''],
    ['configRuleName', 'x'.repeat(65)],
    ['configRuleName', 'two words'],
    ['configRuleName', 1],
    ['triggers', 'change'],
    ['triggers', ''],
    ['maximumExecutionFrequency', 'one_hour'],
    ['maximumExecutionFrequency', 'Two_Hours'],
    ['refreshDays', '366'],
    ['rotationGraceDays', 91],
    ['exemptionTagKey', ''],
    ['exemptionTagKey', 'a!b'],
    ['keyEvents', 'yes'],
    ['securityHubFindings', 'on'],
    ['findingSeverity', 'high'],
    ['dashboard', ''],
    ['alarmTopicArn', 'alarms'],
    ['alarmTopicArn', ''],
    ['monitoringSinkArn', 'arn:aws:oam:us-east-1:123456789012:link/1'],
    ['notificationTopicArn', 'topic'],
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
    ['inactiveConfigRuleName', 'x'.repeat(65)],
    ['countInactiveAccessKeys', 'yes'],
    ['maxInactiveDays', '0'],
    ['maxInactiveDays', 91],
    ['automaticDeletion', 'maybe'],
    ['approvers', []],
    ['approvers', Array.from({ length: 11 }, (_, index) => `user${index}`)],
    ['approvers', ['two words']],
    ['approvers', ['x'.repeat(65)]],
    ['approvers', ['arn:aws:iam::123456789012:group/admins']],
    ['approvers', ['arn:aws:sts::123456789012:assumed-role/admin/alice']],
    ['approvers', ['arn:aws:iam::123456789012:root']],
    ['approvers', 7],
    ['approvers', [7]],
    ['approvalTopicArn', 'arn:aws:sns:us-east-1:123456789012:approvals'],
    ['approvalTopicArn', 'arn:aws:sns:us-east-1:123456789012:Automation.fifo'],
    ['logRetentionInDays', 0],
    ['logRetentionInDays', '2'],
    ['logRetentionInDays', 9999],
    ['logRetentionInDays', ' 1'],
    ['logRetentionInDays', null],
  ])('refuse %s %j, naming it and what came', (name, given) => {
    const message = refusal({ [name]: given });
    expect(message).toMatch(new RegExp(`^Invalid\\w+Error: ${name} must be (?!undefined)\\w`));
    expect(message.endsWith(`, got ${JSON.stringify(given)}`), message).toBe(true);
  });

  it('say what is expected', () => {
    expect(refusal({ maximumExecutionFrequency: 'Daily' })).toBe(
      'InvalidSettingError: maximumExecutionFrequency must be one of One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours, got "Daily"',
    );
    const expected = (approvers: unknown) => refusal({ approvers }).replace(/, got .*/, '');
    expect(expected(7)).toBe(expected([]));
  });

  it('refuse a name that no setting has, and name those there are', () => {
    expect(refusal({ maxActiveAccesKeys: '2' })).toBe(
      'InvalidSettingError: unknown setting "maxActiveAccesKeys", expected configRuleName, triggers, maximumExecutionFrequency, maxActiveAccessKeys, countInactiveAccessKeys, rotationGraceDays, exemptionTagKey, minimumIdleDays, refreshDays, inactiveConfigRuleName, maxInactiveDays, automaticRemediation, automaticDeletion, approvers, approvalTopicArn, keyEvents, securityHubFindings, findingSeverity, alarmTopicArn, notificationTopicArn, dashboard, monitoringSinkArn, logRetentionInDays',
    );
  });

  it('name everything that is wrong at once', () => {
    expect(refusal({ triggers: 'x', maximumExecutionFrequency: 'y', unknown: 'z' })).toMatch(
      /triggers.*; maximumExecutionFrequency.*; unknown setting "unknown"/,
    );
  });

  it('hold the rule to its own bounds', () => {
    expect(() => parseSettings({ maxActiveAccessKeys: 11 })).toThrow(InvalidParameterError);
  });

  it.each(['', 'alice,', ',alice', 'alice, bob'])(
    'refuse %j for approvers, as a list that has no name in one place',
    (given) => {
      expect(refusal({ approvers: given })).toMatch(
        /^InvalidSettingError: approvers must be 1 to 10 names of IAM users, /,
      );
    },
  );

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

describe('settings that contradict each other', () => {
  const approvalTopicArn = 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals';

  it.each(['automaticRemediation', 'automaticDeletion'])(
    'are approvers and %s: nobody is there to ask',
    (name) => {
      expect(refusal({ approvers: 'alice', [name]: true })).toBe(
        `InvalidSettingError: ${name} must be false with approvers: nobody is there to ask when Config starts a runbook by itself`,
      );
      expect(refusal({ approvers: 'alice', approvalTopicArn, [name]: false })).toBe('accepted');
      expect(refusal({ [name]: true })).toBe('accepted');
    },
  );

  it('are a topic and no approvers', () => {
    expect(refusal({ approvalTopicArn })).toBe(
      'InvalidSettingError: approvalTopicArn must not be set without approvers: there is nobody to tell',
    );
  });

  it.each([
    { configRuleName: 'keys', inactiveConfigRuleName: 'keys' },
    { configRuleName: 'iam-user-inactive-access-key' },
    { inactiveConfigRuleName: 'iam-user-single-access-key' },
  ])('are one name for two rules: %j', (context) => {
    expect(refusal(context)).toMatch(
      /^InvalidSettingError: inactiveConfigRuleName must be another name than configRuleName, got "[\w-]+" twice$/,
    );
  });

  it('are named all at once', () => {
    const context = {
      ...{ automaticRemediation: true, automaticDeletion: true, approvers: 'alice' },
      ...{ configRuleName: 'keys', inactiveConfigRuleName: 'keys' },
    };
    expect(refusal(context)).toMatch(/configRuleName.*; automaticRemediation.*; automaticDeletion/);
  });
});
