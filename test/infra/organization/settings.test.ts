import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { parseOrganizationSettings } from '../../../infra/organization/settings.ts';
import { parseSettings } from '../../../infra/settings/settings.ts';
import { GIVEN, ORGANIZATION, OU } from './synthesize.ts';

const parse = (settings: Readonly<Record<string, unknown>> = {}) =>
  parseOrganizationSettings({ ...GIVEN, ...settings });

const refusal = (settings: Readonly<Record<string, unknown>>): string => {
  try {
    parse(settings);
    return 'accepted';
  } catch (error) {
    return String(error);
  }
};

/** The settings of a stack in one account, as it names them itself. */
const namesOfAccount = (): string[] => {
  try {
    parseSettings({ unknown: true });
    return [];
  } catch (error) {
    return String(error).split(', expected ').at(-1)?.split(', ') ?? [];
  }
};

const root = 'r-ab12';
const STACK_SET =
  'arn:aws:cloudformation:us-east-1:123456789012:stackset/recorder:8a9b1c2d-0000-4000-8000-0123456789ab';
const other = 'ou-ab12-00000000';
const third = 'ou-ab12-11111111';
const sinkArn = 'arn:aws:oam:us-east-1:123456789012:sink/8a9b-c0d1';

describe('the settings of an organization', () => {
  it('have defaults for all but the organizational units and the organization', () => {
    expect(parse()).toEqual({
      organizationalUnits: [{ name: 'all', organizationalUnits: [OU] }],
      excludedAccounts: [],
      dependsOnStackSets: [],
      delegatedAdministrator: false,
      maxConcurrentPercentage: 5,
      failureTolerancePercentage: 2,
      linkMetrics: true,
      organizationId: ORGANIZATION,
      account: parseSettings({ dashboard: false }),
    });
  });

  it('are those of docs/organization.md, beside what every account gets', () => {
    const text = readFileSync(`${REPOSITORY}docs/organization.md`, 'utf8');
    const described = [...text.matchAll(/^\| `([a-z]\w+)` \| .* \|$/gm)].map(([, name]) => name);
    const { account, ...settings } = parse({ aggregatorName: 'ours' });
    expect(new Set(described)).toEqual(new Set([...Object.keys(settings), 'monitoringSinkArn']));
  });

  it('give the accounts what the account stack takes, and a dashboard only where it is asked for', () => {
    const { account } = parse({
      maximumExecutionFrequency: 'Six_Hours',
      exemptionTagKey: 'keys-until',
    });
    expect(account).toEqual(
      parseSettings({
        maximumExecutionFrequency: 'Six_Hours',
        exemptionTagKey: 'keys-until',
        dashboard: false,
      }),
    );
    expect(parse({ dashboard: 'true' }).account.dashboard).toBe(true);
  });

  it('take texts of the command line and what JSON has', () => {
    expect(
      parse({
        excludedAccounts: '111111111111,222222222222',
        dependsOnStackSets: `${STACK_SET},${STACK_SET.replace('recorder', 'trail')}`,
        delegatedAdministrator: 'true',
        maxConcurrentPercentage: '10',
      }),
    ).toEqual(
      parse({
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
  ])('read %j as waves', (organizationalUnits, waves) => {
    expect(parse({ organizationalUnits }).organizationalUnits).toEqual(waves);
  });

  const units = Array.from(
    { length: 51 },
    (_, index) => `ou-ab12-${String(index).padStart(8, '0')}`,
  );

  it('take 50 units in a wave and not 51, the most of one operation', () => {
    expect(refusal({ organizationalUnits: units.slice(1) })).toBe('accepted');
    expect(refusal({ organizationalUnits: units })).toMatch(
      /^InvalidSettingError: organizationalUnits must be /,
    );
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
  ])('refuse %s %j, naming it and what came', (name, given) => {
    const message = refusal({ [name]: given });
    expect(message).toMatch(new RegExp(`^Invalid\\w+Error: ${name} must be `));
    expect(message.endsWith(`, got ${JSON.stringify(given)}`), message).toBe(true);
  });

  it('refuse to be without organizational units', () => {
    expect(() => parseOrganizationSettings({ organizationId: ORGANIZATION })).toThrow(
      /^organizationalUnits must be a comma-separated list of ids .*, got ""$/,
    );
  });

  it('name everything that is wrong at once', () => {
    expect(refusal({ excludedAccounts: 'x', organizationId: 'y' })).toMatch(
      /excludedAccounts must be .*; organizationId must be /,
    );
  });

  it.each(['organisationalUnits', 'frequencies'])(
    'name %s, which neither the organization nor an account knows, and all that they know',
    (unknown) => {
      const [, named = ''] = refusal({ [unknown]: OU }).split(
        `InvalidSettingError: unknown setting "${unknown}", expected `,
      );
      expect(named.split(', ')).toEqual([
        'organizationalUnits',
        'excludedAccounts',
        'dependsOnStackSets',
        'delegatedAdministrator',
        'maxConcurrentPercentage',
        'failureTolerancePercentage',
        'aggregatorName',
        'linkMetrics',
        'organizationId',
        ...namesOfAccount(),
      ]);
    },
  );

  it('leave to CDK what is its', () => {
    expect(refusal({ '@aws-cdk/core:x': true, 'aws:cdk:y': [] })).toBe('accepted');
  });
});

it('a stack set is depended on once', () => {
  expect(refusal({ dependsOnStackSets: `${STACK_SET},${STACK_SET}` })).toMatch(
    /^InvalidSettingError: dependsOnStackSets must be ARNs of stack sets .*, every one once/,
  );
});

describe('the metrics of the accounts', () => {
  const without = (settings: object) => refusal({ organizationId: undefined, ...settings });

  it('need the organization that a sink is made for', () => {
    expect(without({})).toMatch(/^InvalidSettingError: organizationId must be set: /);
    expect(without({ monitoringSinkArn: sinkArn })).toBe('accepted');
    expect(without({ linkMetrics: false })).toBe('accepted');
  });

  it('are not linked to a sink where they are not linked at all', () => {
    expect(refusal({ linkMetrics: false, monitoringSinkArn: sinkArn })).toBe(
      'InvalidSettingError: monitoringSinkArn must not be set with linkMetrics=false: nothing is linked to it',
    );
  });

  it.each([
    ['arn:aws:oam:us-east-1:123456789012:sink/8a9b', true],
    ['arn:aws-us-gov:oam:us-gov-west-1:123456789012:sink/8a9b', true],
    ['arn:aws-cn:oam:cn-north-1:123456789012:sink/8a9b', true],
    ['arn:aws:oam:eu-west-1:123456789012:sink/8a9b', false],
    ['arn:aws:oam:us-gov-west-1:123456789012:sink/8a9b', false],
    ['arn:aws-iso:oam:us-iso-east-1:123456789012:sink/8a9b', false],
  ])('a sink is where the accounts get their stack: %s, %s', (monitoringSinkArn, isTaken) => {
    expect(refusal({ monitoringSinkArn })).toBe(
      isTaken
        ? 'accepted'
        : `InvalidSettingError: monitoringSinkArn must be of the Region that the accounts get their stack in, that of IAM, got "${monitoringSinkArn}"`,
    );
  });
});
