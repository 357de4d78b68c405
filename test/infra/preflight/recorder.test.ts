import { describe, expect, it } from 'vitest';
import type { AccountState } from '../../../infra/preflight/account-state.ts';
import {
  canRecordUsers,
  recorderFindings,
  recordsUsers,
  recordsUsersDaily,
  withUsersRecorded,
} from '../../../infra/preflight/recorder.ts';
import { accountState, recorder, recordingGroup, refused } from '../../support/account-state.ts';

const USER = 'AWS::IAM::User';
const BUCKET = 'AWS::S3::Bucket';
const ALL = { recordingStrategy: { useOnly: 'ALL_SUPPORTED_RESOURCE_TYPES' } } as const;
const INCLUSION = { recordingStrategy: { useOnly: 'INCLUSION_BY_RESOURCE_TYPES' } } as const;
const EXCLUSION = { recordingStrategy: { useOnly: 'EXCLUSION_BY_RESOURCE_TYPES' } } as const;
const excluding = (...resourceTypes: string[]) => ({ exclusionByResourceTypes: { resourceTypes } });

const GROUPS = [
  [true, { allSupported: true, includeGlobalResourceTypes: true }],
  [false, { allSupported: true, includeGlobalResourceTypes: false }],
  [true, { ...ALL, allSupported: true, includeGlobalResourceTypes: true }],
  [false, { ...ALL, allSupported: true }],
  [false, { ...ALL, allSupported: true, resourceTypes: [] }],
  [true, { resourceTypes: [BUCKET, USER] }],
  [false, { resourceTypes: [BUCKET] }],
  [false, { resourceTypes: [BUCKET], includeGlobalResourceTypes: true }],
  [true, { ...INCLUSION, resourceTypes: [USER] }],
  [false, { ...INCLUSION, resourceTypes: ['AWS::IAM::Role'] }],
  [true, { ...EXCLUSION, ...excluding(BUCKET) }],
  [true, { ...EXCLUSION, ...excluding(BUCKET), includeGlobalResourceTypes: false }],
  [false, { ...EXCLUSION, ...excluding(BUCKET, USER) }],
  [false, { ...EXCLUSION, ...excluding(USER), includeGlobalResourceTypes: true }],
  [true, { ...EXCLUSION }],
  [true, { allSupported: true, includeGlobalResourceTypes: true, recordingStrategy: {} }],
  [false, {}],
] as const;

describe('recordsUsers', () => {
  it.each(GROUPS)('is %s for the group %j', (expected, group) => {
    const given = { ...group, ...(group as object) };

    expect(recordsUsers(recordingGroup(given))).toBe(expected);
  });
});

describe('recordsUsersDaily', () => {
  const override = (resourceTypes: string[], recordingFrequency: 'DAILY' | 'CONTINUOUS') => ({
    recordingModeOverrides: [{ resourceTypes, recordingFrequency }],
  });

  it.each([
    [false, undefined],
    [false, { recordingFrequency: 'CONTINUOUS' }],
    [true, { recordingFrequency: 'DAILY' }],
    [true, { recordingFrequency: 'CONTINUOUS', ...override([BUCKET, USER], 'DAILY') }],
    [false, { recordingFrequency: 'CONTINUOUS', ...override([BUCKET], 'DAILY') }],
    [false, { recordingFrequency: 'DAILY', ...override([USER], 'CONTINUOUS') }],
    [true, { recordingFrequency: 'DAILY', ...override([BUCKET], 'CONTINUOUS') }],
  ] as const)('is %s for the mode %j', (expected, mode) => {
    const recordingMode = mode as Parameters<typeof recordsUsersDaily>[0]['recordingMode'];

    expect(recordsUsersDaily(recorder({ recordingMode }))).toBe(expected);
  });
});

describe('withUsersRecorded', () => {
  it.each(GROUPS)('(was %s) adds users to the group %j', (_was, group) => {
    const before = recorder({ recordingGroup: recordingGroup(group as object) });

    const after = withUsersRecorded(before);

    expect(recordsUsers(recordingGroup(after.recordingGroup as object))).toBe(true);
  });

  it('keeps the name, the role, the mode and other included types', () => {
    const recordingMode = { recordingFrequency: 'DAILY' } as const;
    const given = recordingGroup({ ...INCLUSION, resourceTypes: [BUCKET] });

    expect(withUsersRecorded(recorder({ recordingMode, recordingGroup: given }))).toEqual({
      name: 'default',
      roleARN: 'arn:aws:iam::123456789012:role/config',
      recordingMode,
      recordingGroup: { ...INCLUSION, resourceTypes: [BUCKET, USER] },
    });
  });

  it('keeps other excluded types', () => {
    const given = recordingGroup({ ...EXCLUSION, ...excluding(BUCKET, USER) });

    const { recordingGroup: after } = withUsersRecorded(recorder({ recordingGroup: given }));

    expect(after).toEqual({ ...EXCLUSION, ...excluding(BUCKET) });
  });

  it.each([
    ['has the strategy for everything', { ...ALL, ...excluding(BUCKET) }],
    ['excludes nothing', { ...EXCLUSION }],
    [
      'excludes only users, as AWS Config accepts no empty list',
      { ...EXCLUSION, ...excluding(USER) },
    ],
  ])('records everything where the group %s', (_, group) => {
    const given = recordingGroup(group as object);

    const { recordingGroup: after } = withUsersRecorded(recorder({ recordingGroup: given }));

    expect(after).toEqual({ ...ALL, allSupported: true, includeGlobalResourceTypes: true });
  });
});

describe('canRecordUsers', () => {
  it.each(['us-east-1', 'eu-south-1', 'ap-southeast-3', 'cn-north-1', 'us-gov-west-1'])(
    'is true in %s',
    (region) => {
      expect(canRecordUsers(region)).toBe(true);
    },
  );

  it.each([
    ...['ap-east-2', 'ap-south-2', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6'],
    ...['ap-southeast-7', 'ca-west-1', 'eu-central-2', 'eu-south-2', 'il-central-1'],
    ...['me-central-1', 'mx-central-1'],
  ])('is false in %s, which AWS Config supports only since after February 2022', (region) => {
    expect(canRecordUsers(region)).toBe(false);
  });
});

describe('recorderFindings', () => {
  const find = (
    account: Partial<AccountState>,
    triggers: 'hybrid' | 'schedule' = 'hybrid',
  ): readonly object[] => recorderFindings(accountState(account), { keyEvents: true, triggers });

  const group = 'AWS Config';
  const exists = { group, state: 'fine', what: 'there is a configuration recorder, default' };
  const recording = { group, state: 'fine', what: 'the recorder default is recording' };
  const records = { group, state: 'fine', what: 'the recorder default records AWS::IAM::User' };
  const why = 'changes of users start no evaluation; only the schedule does';
  const TRIGGERS = [
    ['hybrid', 'missing'],
    ['schedule', 'note'],
  ] as const;

  it('are fine in an account that lacks nothing', () => {
    expect(find({})).toEqual([exists, recording, records]);
  });

  it.each(['hybrid', 'schedule'] as const)(
    'list the commands that create a recorder where there is none, with triggers=%s',
    (triggers) => {
      expect(find({ recorders: { value: [] }, region: 'eu-west-1' }, triggers)).toEqual([
        {
          group,
          state: 'missing',
          what: 'there is no configuration recorder',
          why: 'AWS Config refuses to create the rule (PutConfigRule: NoAvailableConfigurationRecorderException)',
          fixes: [
            'aws iam create-service-linked-role --aws-service-name config.amazonaws.com',
            'aws configservice put-configuration-recorder --region eu-west-1 --configuration-recorder name=default,roleARN=arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig --recording-group allSupported=true,includeGlobalResourceTypes=true',
            'aws configservice put-delivery-channel --region eu-west-1 --delivery-channel name=default,s3BucketName=<bucket>',
            'aws configservice start-configuration-recorder --region eu-west-1 --configuration-recorder-name default',
          ],
        },
      ]);
    },
  );

  it('leave the account open where the identity is unread', () => {
    const [found] = find({ recorders: { value: [] }, identity: refused('sts:GetCallerIdentity') });
    expect(JSON.stringify(found)).toContain('roleARN=arn:<partition>:iam::<account id>:role/');
  });

  it('ignore the recorder of an AWS service', () => {
    const servicePrincipal = 'observabilityadmin.amazonaws.com';
    const recorders = { value: [recorder({ servicePrincipal })] };
    const statuses = { value: [{ name: 'service', recording: false, servicePrincipal }] };
    expect(find({ recorders, statuses })).toMatchObject([
      { what: 'there is no configuration recorder' },
    ]);
    expect(find({ statuses })).toEqual([exists, records]);
  });

  it.each(TRIGGERS)('start a stopped recorder, with triggers=%s: %s', (triggers, state) => {
    const statuses = { value: [{ name: 'default', recording: false }] };
    const fix =
      'aws configservice start-configuration-recorder --region us-east-1 --configuration-recorder-name default';
    expect(find({ statuses }, triggers)).toEqual([
      exists,
      { group, state, what: 'the recorder default is not recording', why, fixes: [fix] },
      records,
    ]);
  });

  it('say nothing of the status where there is none', () => {
    expect(find({ statuses: { value: [] } })).toEqual([exists, records]);
  });

  it.each(TRIGGERS)(
    'name other deployments in a Region that cannot record users, with triggers=%s: %s',
    (triggers, state) => {
      const what = 'AWS Config does not record AWS::IAM::User in eu-south-2';
      const fix = "deploy in the Region of IAM's control plane, or with -c triggers=schedule";
      expect(find({ region: 'eu-south-2' }, triggers)).toEqual([
        ...[exists, recording, { group, state, what, why, fixes: [fix] }],
      ]);
    },
  );

  it.each(TRIGGERS)('add users to the recorder, with triggers=%s: %s', (triggers, state) => {
    const recorders = { value: [recorder({ recordingGroup: recordingGroup() })] };
    expect(find({ recorders }, triggers)[2]).toEqual({
      group,
      state,
      what: 'the recorder default does not record AWS::IAM::User',
      why,
      fixes: [
        expect.stringMatching(
          /^aws configservice put-configuration-recorder --region us-east-1 --configuration-recorder '\{"name":"default",.*"resourceTypes":\["AWS::IAM::User"\].*\}'$/,
        ),
      ],
    });
  });

  it('note that daily recording is late', () => {
    const recordingMode = { recordingFrequency: 'DAILY' } as const;
    expect(find({ recorders: { value: [recorder({ recordingMode })] } })[2]).toEqual({
      group,
      state: 'note',
      what: 'the recorder default records AWS::IAM::User once a day: changes are evaluated up to 24 hours late',
    });
  });

  it('name what is unread', () => {
    const unread = (what: string, action: string) => ({
      group,
      state: 'unread',
      what: `could not read ${what} (AccessDenied: no)`,
      why: `requires the permission ${action}`,
    });
    const [recorders, statuses] = [refused('one'), refused('other')];
    const status = unread('whether the recorder is recording', 'other');
    expect(find({ recorders, statuses })).toEqual([
      unread('the configuration recorder', 'one'),
      status,
    ]);
    expect(find({ statuses })).toEqual([exists, status, records]);
    expect(find({ recorders })).toEqual([unread('the configuration recorder', 'one'), recording]);
  });
});
