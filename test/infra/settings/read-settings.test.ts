import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import { InvalidParameterError } from '../../../rule/input/parameter.ts';
import { describeValue } from '../../../rule/input/parse.ts';

const refusal = (context: Record<string, unknown>): string => {
  try {
    readSettings(context);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidParameterError);
    return String(error).replace('InvalidParameterError: ', '');
  }
  return 'accepted';
};

const SESSION = 'arn:aws:sts::123456789012:assumed-role';
const SSO = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Sec_abc/alice@example.com';

describe('readSettings', () => {
  it('completes settings with the defaults', () => {
    expect(readSettings({})).toEqual({
      maxActiveAccessKeys: 1,
      countInactiveAccessKeys: false,
      rotationGraceDays: 0,
      minimumIdleDays: 7,
      maxAccessKeyAge: 90,
      refreshDays: 7,
      maxInactiveDays: 30,
      triggers: 'hybrid',
      maximumExecutionFrequency: 'TwentyFour_Hours',
      keyEvents: true,
      automaticRemediation: false,
      automaticDeletion: false,
      minRequiredApprovals: 1,
      dashboard: false,
      securityHubFindings: false,
      findingSeverity: 'HIGH',
      configRuleName: 'iam-user-single-access-key',
      inactiveConfigRuleName: 'iam-user-inactive-access-key',
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
    ['maxAccessKeyAge', '0', 0],
    ['maxAccessKeyAge', 365, 365],
    ['refreshDays', '0', 0],
    ['refreshDays', 365, 365],
    ['rotationGraceDays', '90', 90],
    ['exemptionTagKey', 'keys-until', 'keys-until'],
    ['keyEvents', 'false', false],
    ['securityHubFindings', 'true', true],
    ['findingSeverity', 'LOW', 'LOW'],
    ['dashboard', true, true],
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
    ['maxInactiveDays', '0', 0],
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
    ['approvers', SSO, [SSO]],
    [
      'approvers',
      [`${SESSION}/${'r'.repeat(64)}/${'s'.repeat(64)}`],
      [`${SESSION}/${'r'.repeat(64)}/${'s'.repeat(64)}`],
    ],
    ['minRequiredApprovals', '1', 1],
    ['logRetentionInDays', '1', 1],
    ['logRetentionInDays', 3653, 3653],
  ])('accepts %s %j', (name, given, expected) => {
    expect(readSettings({ [name]: given })).toMatchObject({ [name]: expected });
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
    ['notificationTopicArn', 'topic'],
    ['notificationTopicArn', 'arn:aws:sns:us-east-1:123456789012:alarms.fifo'],
    ['notificationTopicArn', 'arn:aws:sqs:us-east-1:123456789012:alarms'],
    ['maxActiveAccessKeys', '0'],
    ['maxActiveAccessKeys', 11],
    ['maxActiveAccessKeys', ''],
    ['minimumIdleDays', -1],
    ['minimumIdleDays', '366'],
    ['maxAccessKeyAge', -1],
    ['maxAccessKeyAge', '366'],
    ['minimumIdleDays', '7.5'],
    ['automaticRemediation', 'yes'],
    ['automaticRemediation', 1],
    ['inactiveConfigRuleName', 'x'.repeat(65)],
    ['countInactiveAccessKeys', 'yes'],
    ['maxInactiveDays', '-1'],
    ['maxInactiveDays', 91],
    ['automaticDeletion', 'maybe'],
    ['approvers', []],
    ['approvers', Array.from({ length: 11 }, (_, index) => `user${index}`)],
    ['approvers', ['two words']],
    ['approvers', ['x'.repeat(65)]],
    ['approvers', ['arn:aws:iam::123456789012:group/admins']],
    ['approvers', [`${SESSION}/admin`]],
    ['approvers', [`${SESSION}/admin/`]],
    ['approvers', [`${SESSION}/admin/a`]],
    ['approvers', [`${SESSION}/admin/${'s'.repeat(65)}`]],
    ['approvers', [`${SESSION}/${'r'.repeat(65)}/alice`]],
    ['approvers', [`${SESSION}/path/admin/alice`]],
    ['approvers', ['arn:aws:sts::123456789012:federated-user/alice']],
    ['minRequiredApprovals', '0'],
    ['minRequiredApprovals', 11],
    ['minRequiredApprovals', '1.5'],
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
  ])('refuses %s %j, and says what it expects', (name, given) => {
    const message = refusal({ [name]: given });
    expect(message).toMatch(new RegExp(`^${name} must be (?!undefined)\\w`));
    expect(message.endsWith(`, got ${describeValue(given)}`), message).toBe(true);
  });

  it.each(['', 'alice,', ',alice', 'alice, bob'])('refuses the approvers %j', (given) => {
    expect(refusal({ approvers: given })).toMatch(
      /^approvers must be 1 to 10 names of IAM users, /,
    );
  });

  it('names every value that is not allowed', () => {
    expect(refusal({ triggers: 'x', maximumExecutionFrequency: 'Daily' })).toBe(
      'triggers must be hybrid or schedule, got "x"; maximumExecutionFrequency must be one of One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours, got "Daily"',
    );
  });

  it('refuses an unknown setting, and names the known ones', () => {
    expect(refusal({ maxActiveAccesKeys: '2' })).toMatch(
      /^unknown setting "maxActiveAccesKeys", expected maxActiveAccessKeys, .*, triggers, .*, logRetentionInDays$/,
    );
    expect(refusal({ constructor: 1 })).toMatch(/^unknown setting "constructor", expected /);
  });

  it.each([
    ['frequency', 'maximumExecutionFrequency'],
    ['exemptionTag', 'exemptionTagKey'],
    ['ruleName', 'configRuleName'],
    ['inactiveRuleName', 'inactiveConfigRuleName'],
    ['logRetentionDays', 'logRetentionInDays'],
  ])('refuses the old name %s, and says that it is now %s', (old, current) => {
    expect(refusal({ unknown: 1, [old]: 'One_Hour' })).toBe(`${old} is now called ${current}`);
  });

  it('ignores the context of the CDK', () => {
    expect(
      readSettings({
        '@aws-cdk/core:checkSecretUsage': true,
        'aws:cdk:bundling-stacks': [],
        'availability-zones:account=123456789012:region=us-east-1': [],
        'acknowledged-issue-numbers': [1],
      }),
    ).toEqual(readSettings({}));
  });
});

describe('readSettings, with settings that contradict each other,', () => {
  const approvalTopicArn = 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals';

  it.each(['automaticRemediation', 'automaticDeletion'])('refuses approvers with %s', (name) => {
    expect(refusal({ approvers: 'alice', [name]: true })).toBe(
      `${name} must be false with approvers: the function starts runbooks without asking them`,
    );
  });

  it('refuses to delete keys automatically as soon as they are inactive', () => {
    expect(refusal({ automaticDeletion: true, maxInactiveDays: 0 })).toBe(
      'automaticDeletion must be false with maxInactiveDays 0: it would delete keys as soon as they are inactive',
    );
  });

  it('refuses a topic for approvals without approvers', () => {
    expect(refusal({ approvalTopicArn })).toBe(
      'approvalTopicArn must not be set without approvers: the topic notifies only approvers',
    );
  });

  it.each([
    ['alice,bob', 3, 2],
    [['alice'], 2, 1],
    [Array.from({ length: 9 }, (_, index) => `user${index}`), 10, 9],
    [undefined, 2, 0],
  ])('refuses for the approvers %j %d required approvals', (approvers, required, count) => {
    const context = { ...(approvers && { approvers }), minRequiredApprovals: required };
    expect(refusal(context)).toBe(
      `minRequiredApprovals must be at most the number of approvers (${count}), got ${required}`,
    );
  });

  it.each([
    { configRuleName: 'keys', inactiveConfigRuleName: 'keys' },
    { configRuleName: 'iam-user-inactive-access-key' },
    { inactiveConfigRuleName: 'iam-user-single-access-key' },
  ])('refuses one name for two rules: %j', (context) => {
    expect(refusal(context)).toMatch(
      /^inactiveConfigRuleName must differ from configRuleName, got "[\w-]+" for both$/,
    );
  });

  it('names every contradiction', () => {
    const context = {
      ...{ automaticRemediation: true, automaticDeletion: true, approvers: 'alice' },
      ...{ configRuleName: 'keys', inactiveConfigRuleName: 'keys' },
    };
    expect(refusal(context)).toMatch(/configRuleName.*; automaticRemediation.*; automaticDeletion/);
  });

  it.each([
    { automaticRemediation: true, automaticDeletion: true },
    { automaticDeletion: true, maxInactiveDays: 1 },
    { automaticRemediation: true, maxInactiveDays: 0 },
    { approvers: 'alice' },
    { approvers: 'alice', approvalTopicArn },
    { approvers: 'alice,bob', minRequiredApprovals: 2 },
    { minRequiredApprovals: 1 },
  ])('accepts %j', (context) => {
    expect(refusal(context)).toBe('accepted');
  });
});
