import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { recordsUsers } from '../../../infra/preflight/recorder.ts';
import {
  AccountSummary,
  Identity,
  RecorderStatuses,
  Recorders,
  Selectors,
  Trails,
} from '../../../infra/preflight/responses.ts';

const recordingGroup = (group: object | undefined) =>
  v.parse(Recorders, [{ name: 'default', recordingGroup: group }])[0]?.recordingGroup;
const strategy = (useOnly: string) => ({
  allSupported: false,
  includeGlobalResourceTypes: false,
  resourceTypes: ['x'],
  exclusionByResourceTypes: { resourceTypes: ['y'] },
  recordingStrategy: { useOnly },
});
const recordingMode = (override: object) => ({
  recordingFrequency: 'DAILY',
  recordingModeOverrides: [{ resourceTypes: ['x'], ...override }],
});
const field = { Field: 'readOnly', Equals: ['true'], NotEndsWith: ['x'] };

describe('defaults', () => {
  it('are those of a recorder without a recording group', () => {
    const [recorder] = v.parse(Recorders, [{ name: 'default' }]);
    expect(recorder?.recordingGroup).toMatchObject({ allSupported: true });
    expect(recorder && recordsUsers(recorder.recordingGroup)).toBe(false);
  });

  it('are false and empty lists in a recording group', () => {
    expect(recordingGroup({ exclusionByResourceTypes: {} })).toEqual({
      allSupported: false,
      includeGlobalResourceTypes: false,
      resourceTypes: [],
      exclusionByResourceTypes: { resourceTypes: [] },
    });
  });

  it('are false in a trail, and all management events in an event selector', () => {
    const trail = { Name: 'all', TrailARN: 'arn:aws:cloudtrail:::trail/all', HomeRegion: 'here' };
    expect(v.parse(Trails, { trailList: [trail] }).trailList).toEqual([
      { ...trail, IncludeGlobalServiceEvents: false, IsMultiRegionTrail: false },
    ]);
    expect(v.parse(Selectors, { EventSelectors: [{}] }).EventSelectors).toEqual([
      { ReadWriteType: 'All', IncludeManagementEvents: true },
    ]);
  });
});

describe('complete responses', () => {
  it.each<[string, v.GenericSchema, unknown]>([
    ['identity', Identity, { Account: '123456789012', Arn: 'arn:aws-us-gov:sts::1:x' }],
    ['status', RecorderStatuses, [{ name: 'd', recording: true, servicePrincipal: 's' }]],
    ...['ALL_SUPPORTED', 'INCLUSION_BY', 'EXCLUSION_BY'].map(
      (name): [string, v.GenericSchema, unknown] => [
        name,
        Recorders,
        [{ name: 'd', recordingGroup: strategy(`${name}_RESOURCE_TYPES`) }],
      ],
    ),
    [
      'recording mode',
      Recorders,
      [
        {
          name: 'd',
          recordingGroup: strategy('INCLUSION_BY_RESOURCE_TYPES'),
          recordingMode: recordingMode({ description: 'd', recordingFrequency: 'CONTINUOUS' }),
        },
      ],
    ],
    ...['ReadOnly', 'WriteOnly'].map((ReadWriteType): [string, v.GenericSchema, unknown] => [
      ReadWriteType,
      Selectors,
      { EventSelectors: [{ ReadWriteType, IncludeManagementEvents: true, DataResources: [] }] },
    ]),
    [
      'advanced selectors',
      Selectors,
      { AdvancedEventSelectors: [{ Name: 'n', FieldSelectors: [field] }] },
    ],
  ])('are read without loss: %s', (_what, schema, response) => {
    expect(v.parse(schema, response)).toEqual(response);
  });
});

describe('unexpected responses', () => {
  it.each<[v.GenericSchema, unknown, string]>([
    [Identity, { Account: '1234567890123', Arn: 'arn:aws:x' }, 'an account id of 12 digits'],
    [Identity, { Account: 'x123456789012', Arn: 'arn:aws:x' }, 'an account id of 12 digits'],
    [Identity, { Account: '12345678901', Arn: 'arn:aws:x' }, 'an account id of 12 digits'],
    [Identity, { Account: '123456789012', Arn: 'an arn:aws:x' }, 'an ARN'],
    [Identity, { Account: '123456789012', Arn: 'alice' }, 'an ARN'],
    [RecorderStatuses, [{ name: '', recording: true }], 'a string that is not empty'],
  ])('are refused with what was expected (%#)', (schema, response, expected) => {
    const { issues } = v.safeParse(schema, response);
    expect(issues?.map(({ message }) => message)).toEqual([expected]);
  });

  it.each<[string, v.GenericSchema, unknown]>([
    ['a status that is no boolean', RecorderStatuses, [{ name: 'd', recording: 'yes' }]],
    [
      'an override without a frequency',
      Recorders,
      [{ name: 'd', recordingMode: recordingMode({}) }],
    ],
    ['an unknown strategy', Recorders, [{ name: 'd', recordingGroup: strategy('OTHER') }]],
    [
      'a field selector without a field',
      Selectors,
      { AdvancedEventSelectors: [{ FieldSelectors: [{ Equals: ['true'] }] }] },
    ],
    ['an unknown selector', Selectors, { EventSelectors: [{ ReadWriteType: 'No' }] }],
    ['a trail without ARN', Trails, { trailList: [{ Name: 'all', HomeRegion: 'us-east-1' }] }],
    ['a summary without users', AccountSummary, { SummaryMap: { Groups: 1 } }],
    ['a negative number of users', AccountSummary, { SummaryMap: { Users: -1 } }],
  ])('are refused: %s', (_what, schema, response) => {
    expect(v.is(schema, response)).toBe(false);
  });
});
