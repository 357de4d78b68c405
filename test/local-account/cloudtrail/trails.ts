import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { type EventSelectors, logsManagementEvents, parseEventSelectors } from './selectors.ts';

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

/** The trails that reach an account and Region, by what a request calls them. */
export const createKnownTrails = ({ accountId, region }: TrailsDeps) => {
  const state: { all: readonly LocalTrail[] } = { all: [usualTrail({ accountId, region })] };

  const isOwn = ({ TrailARN }: LocalTrail) => TrailARN.split(':')[4] === accountId;
  const isShadow = (trail: LocalTrail) => trail.HomeRegion !== region || !isOwn(trail);
  const isNamed = (trail: LocalTrail, nameOrArn: string) =>
    trail.TrailARN === nameOrArn || (trail.Name === nameOrArn && !isShadow(trail));
  const here = () =>
    state.all.filter((trail) => trail.IsMultiRegionTrail || trail.HomeRegion === region);
  const unknown = (nameOrArn: string) => {
    const message = `Unknown trail: ${nameOrArn} for the user: ${accountId}`;
    return new ServiceError('TrailNotFoundException', message);
  };
  const named = (nameOrArn: string) => {
    const trail = here().find((candidate) => isNamed(candidate, nameOrArn));
    if (trail === undefined) throw unknown(nameOrArn);
    return trail;
  };

  return { state, here, isOwn, isShadow, isNamed, named, unknown };
};

/** The trails, and which of them a request means. */
export type KnownTrails = ReturnType<typeof createKnownTrails>;

/** A name of 3 to 128 characters, or an ARN. */
const TrailName = v.pipe(
  v.string(),
  v.regex(
    /^(arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail\/)?(?=.{3,128}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/,
  ),
);

const Describe = v.strictObject({
  trailNameList: v.optional(v.array(v.string()), []),
  includeShadowTrails: v.optional(v.boolean(), true),
});

/**
 * CloudTrail's operations that read trails.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
 */
export const trailOperations = (trails: KnownTrails) => {
  const DescribeTrails = operation(Describe, ({ trailNameList, includeShadowTrails }) => ({
    trailList: trails
      .here()
      .filter((trail) => includeShadowTrails || !trails.isShadow(trail))
      .filter(
        (t) => trailNameList.length === 0 || trailNameList.some((name) => trails.isNamed(t, name)),
      )
      .map(describeTrail),
  }));
  const GetTrailStatus = operation(
    v.strictObject({ Name: TrailName }),
    ({ Name }) => ({ IsLogging: trails.named(Name).isLogging }),
    'InvalidTrailNameException',
  );
  const GetEventSelectors = operation(
    v.strictObject({ TrailName }),
    (input) => {
      const trail = trails.named(input.TrailName);
      if (trails.isOwn(trail)) return selectorsOf(trail);
      // A member account sees an organization's trail and its status, but not its selectors.
      throw trails.unknown(input.TrailName);
    },
    'InvalidTrailNameException',
  );

  return { DescribeTrails, GetTrailStatus, GetEventSelectors };
};

/** The trails of an account and Region. */
export const createTrails = (deps: TrailsDeps) => {
  const trails = createKnownTrails(deps);

  return {
    /** The trail that the account begins with, for a test that changes some of it. */
    usual: usualTrail(deps),
    /** Takes other trails for those that are there. */
    put: (all: readonly LocalTrail[]) => {
      for (const trail of all) parseEventSelectors(trail);
      trails.state.all = all;
    },
    /** A trail logs the write events of IAM in this account and Region. */
    isLogging: (): boolean =>
      trails
        .here()
        .some(
          (trail) =>
            trail.isLogging && trail.IncludeGlobalServiceEvents && logsManagementEvents(trail),
        ),
    operations: trailOperations(trails),
  };
};
