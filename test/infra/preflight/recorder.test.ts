import { describe, expect, it } from 'vitest';
import {
  recordsUsers,
  recordsUsersDaily,
  withUsersRecorded,
} from '../../../infra/preflight/config-findings.ts';
import { recorder, recordingGroup, USER } from '../../support/account-facts.ts';

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
  it.each(GROUPS)('%s for the group %j', (expected, group) => {
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
  ] as const)('%s for the mode %j', (expected, mode) => {
    const recordingMode = mode as Parameters<typeof recordsUsersDaily>[0]['recordingMode'];

    expect(recordsUsersDaily(recorder({ recordingMode }))).toBe(expected);
  });
});

describe('withUsersRecorded', () => {
  it.each(GROUPS)('(was %s) a recorder that records users, from the group %j', (_was, group) => {
    const before = recorder({ recordingGroup: recordingGroup(group as object) });

    const after = withUsersRecorded(before);

    expect(recordsUsers(recordingGroup(after.recordingGroup as object))).toBe(true);
  });

  it('keeps name, role, mode, and what else is included', () => {
    const recordingMode = { recordingFrequency: 'DAILY' } as const;
    const given = recordingGroup({ ...INCLUSION, resourceTypes: [BUCKET] });

    expect(withUsersRecorded(recorder({ recordingMode, recordingGroup: given }))).toEqual({
      name: 'default',
      roleARN: 'arn:aws:iam::123456789012:role/config',
      recordingMode,
      recordingGroup: { ...INCLUSION, resourceTypes: [BUCKET, USER] },
    });
  });

  it('keeps what else is excluded', () => {
    const given = recordingGroup({ ...EXCLUSION, ...excluding(BUCKET, USER) });

    const { recordingGroup: after } = withUsersRecorded(recorder({ recordingGroup: given }));

    expect(after).toEqual({ ...EXCLUSION, ...excluding(BUCKET) });
  });

  it.each([
    [
      'the strategy says everything, whatever is excluded beside it',
      { ...ALL, ...excluding(BUCKET) },
    ],
    ['nothing is excluded', { ...EXCLUSION }],
  ])('includes everything where %s', (_, group) => {
    const given = recordingGroup(group as object);

    const { recordingGroup: after } = withUsersRecorded(recorder({ recordingGroup: given }));

    expect(after).toEqual({ ...ALL, allSupported: true, includeGlobalResourceTypes: true });
  });

  it('leaves no empty list of exclusions, which AWS Config would not take', () => {
    const given = recordingGroup({ ...EXCLUSION, ...excluding(USER) });

    const { recordingGroup: after } = withUsersRecorded(recorder({ recordingGroup: given }));

    expect(after).toEqual({ ...ALL, allSupported: true, includeGlobalResourceTypes: true });
  });
});
