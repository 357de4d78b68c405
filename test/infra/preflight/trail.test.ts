import { describe, expect, it } from 'vitest';
import {
  logsKeyEvents,
  ownerOf,
  reachesRegion,
  withKeyEvents,
} from '../../../infra/preflight/trail.ts';

type Selectors = Parameters<typeof logsKeyEvents>[0];

const basic = (selector: object = {}): Selectors => ({
  EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, ...selector }],
});
const management = { Field: 'eventCategory', Equals: ['Management'] };
const advanced = (...FieldSelectors: { Field: string; [operator: string]: unknown }[]) =>
  ({ AdvancedEventSelectors: [{ FieldSelectors }] }) as Selectors;
const source = (operators: object) => advanced(management, { Field: 'eventSource', ...operators });

const SELECTORS: [boolean, Selectors][] = [
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
  // Which events these leave out depends on the event: not every key event is sure to be logged.
  [
    false,
    advanced(management, { Field: 'userIdentity.arn', NotEquals: ['arn:aws:iam::1:user/a'] }),
  ],
];

describe('logsKeyEvents', () => {
  it.each(SELECTORS)('%s for %j', (expected, selectors) => {
    expect(logsKeyEvents(selectors)).toBe(expected);
  });

  it('takes the one of several selectors that logs them', () => {
    const [data] =
      advanced({ Field: 'eventCategory', Equals: ['Data'] }).AdvancedEventSelectors ?? [];
    const [other] = advanced(management).AdvancedEventSelectors ?? [];

    expect(
      logsKeyEvents({ AdvancedEventSelectors: [data, other].filter((one) => one !== undefined) }),
    ).toBe(true);
  });
});

describe('withKeyEvents', () => {
  it.each(SELECTORS)(
    '(was %s) logs them, with all that was selected before, from %j',
    (_was, selectors) => {
      const after = withKeyEvents(selectors) as Selectors;

      expect(logsKeyEvents(after)).toBe(true);
      expect(after.EventSelectors ?? []).toEqual(
        expect.arrayContaining(selectors.EventSelectors ?? []),
      );
      expect(after.AdvancedEventSelectors ?? []).toEqual(
        expect.arrayContaining(selectors.AdvancedEventSelectors ?? []),
      );
    },
  );
});

describe('withKeyEvents, of a trail without selectors,', () => {
  it.each([{}, { EventSelectors: [] }, { AdvancedEventSelectors: [] }])(
    'is the one that is needed: %j',
    (selectors) => {
      expect(withKeyEvents(selectors)).toEqual({
        EventSelectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }],
      });
    },
  );

  it('names what it adds to advanced ones', () => {
    const { AdvancedEventSelectors } = advanced({ Field: 'eventCategory', Equals: ['Data'] });
    expect(withKeyEvents({ AdvancedEventSelectors })).toEqual({
      AdvancedEventSelectors: [
        ...(AdvancedEventSelectors ?? []),
        {
          Name: 'Management events that write',
          FieldSelectors: [management, { Field: 'readOnly', Equals: ['false'] }],
        },
      ],
    });
  });
});

describe('a trail', () => {
  it.each([
    [true, { IsMultiRegionTrail: true, HomeRegion: 'eu-west-1' }],
    [true, { IsMultiRegionTrail: false, HomeRegion: 'us-east-1' }],
    [false, { IsMultiRegionTrail: false, HomeRegion: 'eu-west-1' }],
  ])('reaches us-east-1: %s for %j', (expected, trail) => {
    expect(reachesRegion(trail, 'us-east-1')).toBe(expected);
  });

  it('belongs to the account of its ARN', () => {
    const TrailARN = 'arn:aws:cloudtrail:us-east-1:210987654321:trail/all';

    expect(ownerOf({ TrailARN })).toBe('210987654321');
    expect(ownerOf({ TrailARN: 'all' })).toBe('');
  });
});
