import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  AccountSummary,
  ConfigurationRecorder,
  ConfigurationRecorderStatus,
  EventSelectors,
  Identity,
  RecordingGroup,
  Trail,
} from '../../../infra/preflight/answers.ts';
import { recordsUsers } from '../../../infra/preflight/config-findings.ts';

describe('answers', () => {
  it('have the defaults that AWS documents', () => {
    const { recordingGroup } = v.parse(ConfigurationRecorder, { name: 'default' });
    const { EventSelectors: [selector] = [] } = v.parse(EventSelectors, { EventSelectors: [{}] });

    expect(recordingGroup).toMatchObject({ allSupported: true });
    expect(recordsUsers(recordingGroup)).toBe(false);
    expect(selector).toEqual({ ReadWriteType: 'All', IncludeManagementEvents: true });
  });

  it('keep what a command has to give back', () => {
    const given = { ReadWriteType: 'All', IncludeManagementEvents: false, DataResources: [] };

    expect(v.parse(EventSelectors, { EventSelectors: [given] }).EventSelectors).toEqual([given]);
  });

  it('of a recorder and a trail say no to what they leave out', () => {
    expect(v.parse(RecordingGroup, { exclusionByResourceTypes: {} })).toEqual({
      allSupported: false,
      includeGlobalResourceTypes: false,
      resourceTypes: [],
      exclusionByResourceTypes: { resourceTypes: [] },
    });
    const trail = { Name: 'all', TrailARN: 'arn:aws:cloudtrail:::trail/all', HomeRegion: 'here' };
    expect(v.parse(Trail, trail)).toEqual({
      ...trail,
      IncludeGlobalServiceEvents: false,
      IsMultiRegionTrail: false,
    });
  });

  const mode = { recordingFrequency: 'DAILY' };
  const override = { description: 'd', resourceTypes: ['x'], recordingFrequency: 'CONTINUOUS' };
  const field = { Field: 'readOnly', Equals: ['true'], NotEndsWith: ['x'] };
  const strategy = (useOnly: string) => ({
    allSupported: false,
    includeGlobalResourceTypes: false,
    resourceTypes: ['x'],
    exclusionByResourceTypes: { resourceTypes: ['y'] },
    recordingStrategy: { useOnly },
  });
  it.each([
    ['a caller', Identity, { Account: '123456789012', Arn: 'arn:aws-us-gov:sts::1:x' }],
    [
      'a status',
      ConfigurationRecorderStatus,
      { name: 'd', recording: true, servicePrincipal: 's' },
    ],
    ...['ALL_SUPPORTED', 'INCLUSION_BY', 'EXCLUSION_BY'].map(
      (name): [string, typeof RecordingGroup, object] => [
        name,
        RecordingGroup,
        strategy(`${name}_RESOURCE_TYPES`),
      ],
    ),
    [
      'a mode',
      ConfigurationRecorder,
      {
        name: 'default',
        recordingGroup: strategy('INCLUSION_BY_RESOURCE_TYPES'),
        recordingMode: { ...mode, recordingModeOverrides: [override] },
      },
    ],
    ...['ReadOnly', 'WriteOnly'].map((ReadWriteType): [string, typeof EventSelectors, object] => [
      ReadWriteType,
      EventSelectors,
      { EventSelectors: [{ ReadWriteType, IncludeManagementEvents: true }] },
    ]),
    [
      'advanced selectors',
      EventSelectors,
      { AdvancedEventSelectors: [{ Name: 'n', FieldSelectors: [field] }] },
    ],
  ])('are read whole: %s', (_what, schema, answer) => {
    expect(v.parse<v.GenericSchema>(schema, answer)).toEqual(answer);
  });

  it.each([
    [Identity, { Account: '1234567890123', Arn: 'arn:aws:x' }, 'an account id of 12 digits'],
    [Identity, { Account: 'x123456789012', Arn: 'arn:aws:x' }, 'an account id of 12 digits'],
    [Identity, { Account: '123456789012', Arn: 'an arn:aws:x' }, 'an ARN'],
    [ConfigurationRecorderStatus, { name: '', recording: true }, 'a text that is not empty'],
  ])('say what was expected (%#)', (schema, answer, expected) => {
    const { issues } = v.safeParse<v.GenericSchema>(schema, answer);
    expect(issues?.map(({ message }) => message)).toEqual([expected]);
  });

  it.each([
    ['a recording that is neither', ConfigurationRecorderStatus, { name: 'd', recording: 'yes' }],
    [
      'an override without a frequency',
      ConfigurationRecorder,
      {
        name: 'd',
        recordingMode: { ...mode, recordingModeOverrides: [{ resourceTypes: ['x'] }] },
      },
    ],
    [
      'a field without a name',
      EventSelectors,
      { AdvancedEventSelectors: [{ FieldSelectors: [{ Equals: ['true'] }] }] },
    ],
    ['a strategy that came later', RecordingGroup, { recordingStrategy: { useOnly: 'OTHER' } }],
    ['a selector that came later', EventSelectors, { EventSelectors: [{ ReadWriteType: 'No' }] }],
    ['a trail without ARN', Trail, { Name: 'all', HomeRegion: 'us-east-1' }],
    ['an account that is none', Identity, { Account: '12345678901', Arn: 'arn:aws:iam::1:user/a' }],
    ['a summary without users', AccountSummary, { SummaryMap: { Groups: 1 } }],
    ['a number of users that is none', AccountSummary, { SummaryMap: { Users: -1 } }],
    ['a caller that is none', Identity, { Account: '123456789012', Arn: 'alice' }],
  ])('are refused, not guessed: %s', (_what, schema, answer) => {
    expect(v.is(schema, answer)).toBe(false);
  });
});
