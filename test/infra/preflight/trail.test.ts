import { describe, expect, it } from 'vitest';
import type { EventSelectors } from '../../../infra/preflight/responses.ts';
import {
  coversRegion,
  logsKeyEvents,
  trailVerdict,
  withKeyEvents,
} from '../../../infra/preflight/trail.ts';
import { refused, trailState } from '../../support/account-state.ts';

const basic = (selector: object = {}): EventSelectors => ({
  EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, ...selector }],
});
const management = { Field: 'eventCategory', Equals: ['Management'] };
const advanced = (...FieldSelectors: { Field: string; [operator: string]: unknown }[]) =>
  ({ AdvancedEventSelectors: [{ FieldSelectors }] }) as EventSelectors;
const source = (operators: object) => advanced(management, { Field: 'eventSource', ...operators });

const SELECTORS: [boolean, EventSelectors][] = [
  [true, {}],
  [true, { EventSelectors: [] }],
  [true, { AdvancedEventSelectors: [] }],
  [true, { ...basic(), AdvancedEventSelectors: [] }],
  [false, { ...basic({ ReadWriteType: 'ReadOnly' }), AdvancedEventSelectors: [] }],
  [true, basic()],
  [true, basic({ ReadWriteType: 'WriteOnly' })],
  [false, basic({ ReadWriteType: 'ReadOnly' })],
  [false, basic({ IncludeManagementEvents: false })],
  [true, basic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] })],
  [false, basic({ ExcludeManagementEventSources: ['iam.amazonaws.com'] })],
  [
    true,
    {
      EventSelectors: [
        { ReadWriteType: 'ReadOnly', IncludeManagementEvents: true },
        { ReadWriteType: 'WriteOnly', IncludeManagementEvents: true },
      ],
    },
  ],
  [true, advanced(management)],
  [true, advanced(management, { Field: 'readOnly', Equals: ['false'] })],
  [false, advanced(management, { Field: 'readOnly', Equals: ['true'] })],
  [true, advanced(management, { Field: 'readOnly', Equals: ['true', 'false'] })],
  [false, advanced({ Field: 'eventCategory', Equals: ['Data'] })],
  [false, advanced({ Field: 'readOnly', Equals: ['false'] })],
  [true, source({ NotEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] })],
  [false, source({ NotEquals: ['kms.amazonaws.com', 'iam.amazonaws.com'] })],
  [false, source({ NotStartsWith: ['iam.'] })],
  [true, source({ NotStartsWith: ['kms.'] })],
  [false, source({ NotEndsWith: ['.amazonaws.com'] })],
  [true, source({ NotEndsWith: ['.example.com'] })],
  [false, source({ NotStartsWith: ['kms.', 'iam.'] })],
  [false, source({ NotEndsWith: ['.example.com', '.amazonaws.com'] })],
  [true, source({ StartsWith: ['kms.', 'iam.'] })],
  [true, source({ EndsWith: ['.example.com', '.amazonaws.com'] })],
  [true, source({ StartsWith: ['iam.'] })],
  [false, source({ StartsWith: ['kms.'] })],
  [true, source({ EndsWith: ['.amazonaws.com'] })],
  [false, source({ EndsWith: ['.example.com'] })],
  [true, source({ Equals: ['kms.amazonaws.com'], StartsWith: ['iam.'] })],
  [false, source({ Equals: ['iam.amazonaws.com'], NotStartsWith: ['iam.'] })],
  // This field varies between key events, so some of them may not be logged.
  [
    false,
    advanced(management, { Field: 'userIdentity.arn', NotEquals: ['arn:aws:iam::1:user/a'] }),
  ],
];

describe('logsKeyEvents', () => {
  it.each(SELECTORS)('%s for %j', (expected, selectors) => {
    expect(logsKeyEvents(selectors)).toBe(expected);
  });

  it('needs only one of several selectors to log them', () => {
    const [data] =
      advanced({ Field: 'eventCategory', Equals: ['Data'] }).AdvancedEventSelectors ?? [];
    const [other] = advanced(management).AdvancedEventSelectors ?? [];

    expect(
      logsKeyEvents({ AdvancedEventSelectors: [data, other].filter((one) => one !== undefined) }),
    ).toBe(true);
  });
});

describe('withKeyEvents', () => {
  it.each(SELECTORS)('(was %s) adds to %j what logs key events', (_was, selectors) => {
    const after = withKeyEvents(selectors);

    expect(logsKeyEvents(after)).toBe(true);
    expect(after.EventSelectors ?? []).toEqual(
      expect.arrayContaining(selectors.EventSelectors ?? []),
    );
    expect(after.AdvancedEventSelectors ?? []).toEqual(
      expect.arrayContaining(selectors.AdvancedEventSelectors ?? []),
    );
  });

  it.each([{}, { EventSelectors: [] }, { AdvancedEventSelectors: [] }])(
    'returns only the added selector for a trail without selectors: %j',
    (selectors) => {
      expect(withKeyEvents(selectors)).toEqual({
        EventSelectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }],
      });
    },
  );

  it('names the advanced selector that it adds', () => {
    const { AdvancedEventSelectors } = advanced({ Field: 'eventCategory', Equals: ['Data'] });
    expect(withKeyEvents({ AdvancedEventSelectors })).toEqual({
      AdvancedEventSelectors: [
        ...(AdvancedEventSelectors ?? []),
        {
          Name: 'Write management events',
          FieldSelectors: [management, { Field: 'readOnly', Equals: ['false'] }],
        },
      ],
    });
  });
});

describe('coversRegion', () => {
  it.each([
    [true, { IsMultiRegionTrail: true, HomeRegion: 'eu-west-1' }],
    [true, { IsMultiRegionTrail: false, HomeRegion: 'us-east-1' }],
    [false, { IsMultiRegionTrail: false, HomeRegion: 'eu-west-1' }],
  ])('is %s in us-east-1 for %j', (expected, trail) => {
    expect(coversRegion(trail, 'us-east-1')).toBe(expected);
  });
});

describe('trailVerdict', () => {
  const [owner, member] = ['123456789012', '210987654321'];
  const selectors = refused('cloudtrail:GetEventSelectors');
  const stopped = { isLogging: { value: false } };

  it.each([owner, member, undefined])('finds that a trail logs, as account %s', (account) => {
    expect(trailVerdict(trailState(), account)).toEqual({ logs: true });
  });

  it('trusts a trail of another account without custom selectors', () => {
    const state = trailState({ HasCustomEventSelectors: false }, { selectors });
    expect(trailVerdict(state, member)).toEqual({ logs: true });
  });

  it.each([owner, undefined])('requires the selectors in the account %s', (account) => {
    const state = trailState({ HasCustomEventSelectors: false }, { selectors });
    expect(trailVerdict(state, account)).toEqual(selectors);
  });

  it.each([true, undefined])(
    'requires the selectors of another account with HasCustomEventSelectors %s',
    (HasCustomEventSelectors) => {
      const state = trailState({ HasCustomEventSelectors }, { selectors });
      expect(trailVerdict(state, member)).toEqual({
        unread: {
          action: 'cloudtrail:GetEventSelectors in the account 123456789012, which owns the trail',
          reason: 'AccessDenied: no',
        },
      });
    },
  );

  it('reports a known problem even if the selectors are unread', () => {
    const verdict = trailVerdict(trailState({}, { ...stopped, selectors }), owner);
    expect(verdict).toMatchObject({ problem: 'it is not logging' });
  });

  it('names the account in which to fix the trail of another account', () => {
    expect(trailVerdict(trailState({}, stopped), member)).toEqual({
      problem: 'it is not logging',
      fix: 'in the account 123456789012: aws cloudtrail start-logging --region us-east-1 --name arn:aws:cloudtrail:us-east-1:123456789012:trail/all',
    });
  });
});
