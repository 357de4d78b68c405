import { describe, expect, it } from 'vitest';
import {
  ORGANIZATION_SETTINGS,
  readOrganizationSettings,
} from '../../../infra/organization/settings.ts';
import { readSettings } from '../../../infra/settings/read-settings.ts';
import { SETTINGS } from '../../../infra/settings/settings.ts';
import { describeValue } from '../../../rule/input/parse.ts';
import { GIVEN, ORGANIZATION, OU } from './synthesize.ts';

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
const sinkArn = 'arn:aws:oam:us-east-1:123456789012:sink/8a9b-c0d1';

describe('readOrganizationSettings', () => {
  it('completes the settings of the organization and of the stack in each account, without a dashboard', () => {
    expect(read()).toEqual({
      ...readSettings({ dashboard: false }),
      organizationalUnits: [{ name: 'all', organizationalUnits: [OU] }],
      organizationId: ORGANIZATION,
      delegatedAdministrator: false,
      excludedAccounts: [],
      dependsOnStackSets: [],
      maxConcurrentPercentage: 5,
      failureTolerancePercentage: 2,
      linkMetrics: true,
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
    ['linkMetrics', 1],
    ['organizationId', 'a1b2c3d4e5'],
    ['organizationId', 'o-A1B2C3D4E5'],
    ['monitoringSinkArn', 'arn:aws:oam:us-east-1:123456789012:link/8a9b'],
    ['monitoringSinkArn', sinkArn.replace('123456789012', '12')],
    ['dependsOnStackSets', `${STACK_SET},${STACK_SET}`],
  ])('refuses %s %j, and says what it expects', (name, given) => {
    const message = refusal({ [name]: given });
    expect(message).toMatch(new RegExp(`^${name} must be `));
    expect(message.endsWith(`, got ${describeValue(given)}`), message).toBe(true);
  });

  it('requires organizational units', () => {
    expect(() => readOrganizationSettings({ organizationId: ORGANIZATION })).toThrow(
      /^organizationalUnits must be ids of organizational units or of the root, .*, got ""$/,
    );
  });

  it('names every value that is not allowed', () => {
    expect(refusal({ excludedAccounts: 'x', organizationId: 'y' })).toMatch(
      /organizationId must be .*; excludedAccounts must be /,
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

describe('readOrganizationSettings, on the metrics of the accounts,', () => {
  const without = (settings: object) => refusal({ organizationId: undefined, ...settings });

  it('requires the organization, unless no sink is created', () => {
    expect(without({})).toMatch(/^organizationId must be set, /);
    expect(without({ monitoringSinkArn: sinkArn })).toBe('accepted');
    expect(without({ linkMetrics: false })).toBe('accepted');
  });

  it('refuses a sink that no account links to', () => {
    expect(refusal({ linkMetrics: false, monitoringSinkArn: sinkArn })).toBe(
      'monitoringSinkArn must not be set with linkMetrics=false: no account links to the sink',
    );
  });

  it.each([
    ['arn:aws:oam:us-east-1:123456789012:sink/8a9b', true],
    ['arn:aws-us-gov:oam:us-gov-west-1:123456789012:sink/8a9b', true],
    ['arn:aws-cn:oam:cn-north-1:123456789012:sink/8a9b', true],
    ['arn:aws:oam:eu-west-1:123456789012:sink/8a9b', false],
    ['arn:aws:oam:us-gov-west-1:123456789012:sink/8a9b', false],
    ['arn:aws-iso:oam:us-iso-east-1:123456789012:sink/8a9b', false],
  ])('accepts a sink only in the Region of IAM: %s, %s', (monitoringSinkArn, isAccepted) => {
    expect(refusal({ monitoringSinkArn })).toBe(
      isAccepted
        ? 'accepted'
        : `monitoringSinkArn must be in the Region of IAM, where the accounts get their stack, got "${monitoringSinkArn}"`,
    );
  });
});
