import { describe, expect, it } from 'vitest';
import {
  ORGANIZATION_SETTINGS,
  readOrganizationSettings,
} from '../../../infra/organization/settings.ts';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import { SETTINGS } from '../../../infra/settings/settings.ts';
import { describeValue } from '../../../rule/input/parse.ts';
import { GIVEN, OU } from './synthesize.ts';

const read = (settings: Readonly<Record<string, unknown>> = {}) =>
  readOrganizationSettings({ ...GIVEN, ...settings });

const refusal = (settings: Readonly<Record<string, unknown>>): string => {
  try {
    read(settings);
    return 'accepted';
  } catch (error) {
    return String(error).replace('InvalidParameterError: ', '');
  }
};

const root = 'r-ab12';
const STACK_SET =
  'arn:aws:cloudformation:us-east-1:123456789012:stackset/recorder:8a9b1c2d-0000-4000-8000-0123456789ab';
const other = 'ou-ab12-00000000';
const third = 'ou-ab12-11111111';

describe('readOrganizationSettings', () => {
  it('completes the settings of the organization and of the stack in each account', () => {
    expect(read()).toEqual({
      ...readSettings({}),
      organizationalUnits: [{ name: 'all', organizationalUnits: [OU] }],
      delegatedAdministrator: false,
      excludedAccounts: [],
      dependsOnStackSets: [],
      maxConcurrentPercentage: 5,
      failureTolerancePercentage: 2,
    });
  });

  it('treats undefined like an absent setting', () => {
    expect(read({ dashboard: undefined })).toEqual(read());
    expect(refusal({ organizationalUnits: undefined })).toContain('organizationalUnits must be');
  });

  it('reads the settings of the stack in each account', () => {
    const given = { maximumExecutionFrequency: 'Six_Hours', dashboard: 'true' };
    expect(read(given)).toMatchObject(readSettings(given));
  });

  it('accepts texts and JSON values', () => {
    expect(
      read({
        excludedAccounts: '111111111111,222222222222',
        dependsOnStackSets: `${STACK_SET},${STACK_SET.replace('recorder', 'trail')}`,
        delegatedAdministrator: 'true',
        maxConcurrentPercentage: '10',
      }),
    ).toEqual(
      read({
        excludedAccounts: ['111111111111', '222222222222'],
        dependsOnStackSets: [STACK_SET, STACK_SET.replace('recorder', 'trail')],
        delegatedAdministrator: true,
        maxConcurrentPercentage: 10,
      }),
    );
  });

  it.each([
    [OU, [{ name: 'all', organizationalUnits: [OU] }]],
    [root, [{ name: 'all', organizationalUnits: [root] }]],
    [[OU, other], [{ name: 'all', organizationalUnits: [OU, other] }]],
    [
      `canary:${OU};rest:${other},${third}`,
      [
        { name: 'canary', organizationalUnits: [OU] },
        { name: 'rest', organizationalUnits: [other, third] },
      ],
    ],
    [
      { canary: [OU], rest: [other] },
      [
        { name: 'canary', organizationalUnits: [OU] },
        { name: 'rest', organizationalUnits: [other] },
      ],
    ],
  ])('reads %j as waves', (organizationalUnits, waves) => {
    expect(read({ organizationalUnits }).organizationalUnits).toEqual(waves);
  });

  const units = Array.from(
    { length: 51 },
    (_, index) => `ou-ab12-${String(index).padStart(8, '0')}`,
  );

  it('accepts 50 units in a wave, the maximum of an operation, and refuses 51', () => {
    expect(refusal({ organizationalUnits: units.slice(1) })).toBe('accepted');
    expect(refusal({ organizationalUnits: units })).toMatch(/^organizationalUnits must be /);
  });

  it.each([
    ['organizationalUnits', ''],
    ['organizationalUnits', 'ou-ab12'],
    ['organizationalUnits', `${OU}, ${other}`],
    ['organizationalUnits', `${OU},${OU}`],
    ['organizationalUnits', `canary:${OU};rest:${OU}`],
    ['organizationalUnits', `canary:${OU};canary:${other}`],
    ['organizationalUnits', `canary:${OU};rest:${other},${root}`],
    ['organizationalUnits', `${OU};${other}`],
    ['organizationalUnits', `:${OU}`],
    ['organizationalUnits', `1st:${OU}`],
    ['organizationalUnits', `canary:${OU};`],
    ['organizationalUnits', 'canary:'],
    ['organizationalUnits', []],
    ['organizationalUnits', {}],
    ['organizationalUnits', { canary: OU }],
    ['organizationalUnits', { canary: [] }],
    ['organizationalUnits', [7]],
    ['organizationalUnits', 7],
    ['organizationalUnits', null],
    ['excludedAccounts', ''],
    ['excludedAccounts', '11111111111'],
    ['excludedAccounts', '111111111111,111111111111'],
    ['excludedAccounts', 111111111111],
    ['dependsOnStackSets', 'recorder'],
    ['dependsOnStackSets', `${STACK_SET} `],
    ['delegatedAdministrator', 'yes'],
    ['maxConcurrentPercentage', 0],
    ['maxConcurrentPercentage', 101],
    ['failureTolerancePercentage', -1],
    ['failureTolerancePercentage', 101],
    ['failureTolerancePercentage', 1.5],
    ['aggregatorName', ''],
    ['aggregatorName', 'a b'],
    ['dependsOnStackSets', `${STACK_SET},${STACK_SET}`],
  ])('refuses %s %j, and says what it expects', (name, given) => {
    const message = refusal({ [name]: given });
    expect(message).toMatch(new RegExp(`^${name} must be `));
    expect(message.endsWith(`, got ${describeValue(given)}`), message).toBe(true);
  });

  it('requires organizational units', () => {
    expect(() => readOrganizationSettings({})).toThrow(
      /^organizationalUnits must be ids of organizational units or of the root, .*, got ""$/,
    );
  });

  it('names every value that is not allowed', () => {
    expect(refusal({ excludedAccounts: 'x', aggregatorName: 'a b' })).toMatch(
      /excludedAccounts must be .*; aggregatorName must be /,
    );
  });

  it.each(['organisationalUnits', 'frequencies'])(
    'refuses the unknown setting %s, and names those of the organization and of the stack',
    (unknown) => {
      const known = [...Object.keys(ORGANIZATION_SETTINGS), ...Object.keys(SETTINGS)];
      expect(refusal({ [unknown]: OU })).toBe(
        `unknown setting "${unknown}", expected ${known.join(', ')}`,
      );
    },
  );

  it('refuses an old name, and says the new one', () => {
    expect(refusal({ frequency: 'One_Hour' })).toBe(
      'frequency is now called maximumExecutionFrequency',
    );
  });

  it.each(['organizationId', 'linkMetrics', 'monitoringSinkArn'])(
    'refuses the removed setting %s, and says why',
    (name) => {
      expect(refusal({ [name]: 'o-a1b2c3d4e5' })).toBe(
        `${name} was removed: accounts no longer share metrics (docs/organization.md, What there is to see)`,
      );
    },
  );

  it('ignores the context of the CDK', () => {
    expect(refusal({ '@aws-cdk/core:x': true, 'aws:cdk:y': [] })).toBe('accepted');
  });

  it('refuses settings of the stack that contradict each other', () => {
    expect(refusal({ approvers: 'alice', automaticRemediation: true })).toMatch(
      /^automaticRemediation must be false with approvers/,
    );
  });
});

describe('readOrganizationSettings, on topics,', () => {
  const topicArn = (region: string, name: string) =>
    `arn:aws:sns:${region}:123456789012:Automation${name}`;

  it.each(['alarmTopicArn', 'notificationTopicArn', 'approvalTopicArn'])(
    'accepts a %s only in the Region of IAM, where the accounts get their stack',
    (name) => {
      const withTopic = (region: string) =>
        refusal({ approvers: 'alice', [name]: topicArn(region, name) });
      expect(withTopic('us-east-1')).toBe('accepted');
      expect(withTopic('eu-west-1')).toBe(
        `${name} must be in the Region of IAM, where the accounts get their stack, got "${topicArn('eu-west-1', name)}"`,
      );
    },
  );
});
