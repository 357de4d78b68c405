import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  AccountSummary,
  ConfigurationRecorder,
  EventSelectors,
  Identity,
  RecordingGroup,
  Trail,
} from '../../../infra/preflight/answers.ts';
import { recordsUsers } from '../../../infra/preflight/recorder.ts';

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

  it.each([
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
