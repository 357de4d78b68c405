import type { EventSelectors } from './selectors.ts';

/** A trail; without selectors of its own it logs every management event, as in AWS. */
export type LocalTrail = EventSelectors & {
  readonly Name: string;
  readonly TrailARN: string;
  readonly HomeRegion: string;
  readonly S3BucketName: string;
  readonly IsMultiRegionTrail: boolean;
  readonly IncludeGlobalServiceEvents: boolean;
  readonly IsOrganizationTrail: boolean;
  readonly isLogging: boolean;
};

/** Where the trails are looked at. */
export type TrailsDeps = { readonly accountId: string; readonly region: string };

const DEFAULT_EVENT_SELECTORS = [
  {
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
  },
] as const;

/** A multi-Region trail of this account that logs every management event. */
export const usualTrail = ({ accountId, region }: TrailsDeps): LocalTrail => ({
  Name: 'management-events',
  TrailARN: `arn:aws:cloudtrail:${region}:${accountId}:trail/management-events`,
  HomeRegion: region,
  S3BucketName: `cloudtrail-${accountId}`,
  IsMultiRegionTrail: true,
  IncludeGlobalServiceEvents: true,
  IsOrganizationTrail: false,
  isLogging: true,
});

/** A trail as DescribeTrails answers it. */
export const describeTrail = ({
  isLogging: _,
  EventSelectors,
  AdvancedEventSelectors,
  ...trail
}: LocalTrail) => ({
  ...trail,
  LogFileValidationEnabled: true,
  HasCustomEventSelectors: (EventSelectors ?? AdvancedEventSelectors) !== undefined,
  HasInsightSelectors: false,
});

/** A trail's selectors as GetEventSelectors answers them. */
export const selectorsOf = ({ TrailARN, EventSelectors, AdvancedEventSelectors }: LocalTrail) =>
  AdvancedEventSelectors === undefined
    ? { TrailARN, EventSelectors: EventSelectors ?? DEFAULT_EVENT_SELECTORS }
    : { TrailARN, AdvancedEventSelectors };
