import type { AdvancedFieldSelector, GetEventSelectorsResponse } from '@aws-sdk/client-cloudtrail';
import * as v from 'valibot';
import { operation, operationWith, ServiceError } from '../dispatch.ts';

/** The event selectors of a trail: basic or advanced, not both. */
type EventSelectors = Pick<GetEventSelectorsResponse, 'EventSelectors' | 'AdvancedEventSelectors'>;

const namesManagementWrites = (fields: readonly AdvancedFieldSelector[] = []): boolean => {
  const equals = (field: string) => fields.find(({ Field }) => Field === field)?.Equals;
  return (
    equals('eventCategory')?.includes('Management') === true &&
    (equals('readOnly')?.includes('false') ?? true)
  );
};

/** Whether the selectors of a trail include management events that write. */
const logsManagementEvents = (trail: EventSelectors): boolean => {
  if (trail.AdvancedEventSelectors !== undefined)
    return trail.AdvancedEventSelectors.some(({ FieldSelectors }) =>
      namesManagementWrites(FieldSelectors),
    );
  return (trail.EventSelectors ?? [{}]).some(
    ({ IncludeManagementEvents, ReadWriteType }) =>
      IncludeManagementEvents !== false && ReadWriteType !== 'ReadOnly',
  );
};

/** A trail. As in AWS, a trail without selectors logs every management event. */
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

type TrailsDeps = { readonly accountId: string; readonly region: string };

const DEFAULT_EVENT_SELECTORS = [
  {
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
  },
] as const;

/** Returns a multi-Region trail of this account that logs every management event. */
const usualTrail = ({ accountId, region }: TrailsDeps): LocalTrail => ({
  Name: 'management-events',
  TrailARN: `arn:aws:cloudtrail:${region}:${accountId}:trail/management-events`,
  HomeRegion: region,
  S3BucketName: `cloudtrail-${accountId}`,
  IsMultiRegionTrail: true,
  IncludeGlobalServiceEvents: true,
  IsOrganizationTrail: false,
  isLogging: true,
});

const describeTrail = ({
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

const selectorsOf = ({ TrailARN, EventSelectors, AdvancedEventSelectors }: LocalTrail) =>
  AdvancedEventSelectors === undefined
    ? { TrailARN, EventSelectors: EventSelectors ?? DEFAULT_EVENT_SELECTORS }
    : { TrailARN, AdvancedEventSelectors };

/** Creates the trails of an account and Region, which requests find by name or ARN. */
const createKnownTrails = ({ accountId, region }: TrailsDeps) => {
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

type KnownTrails = ReturnType<typeof createKnownTrails>;

/** Schema of a trail name of 3 to 128 characters, or of an ARN. */
const TrailName = v.pipe(
  v.string(),
  v.regex(
    /^(arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail\/)?(?=.{3,128}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/,
  ),
);

const namedTrail = operationWith('InvalidTrailNameException');

const Describe = v.strictObject({
  trailNameList: v.optional(v.array(v.string()), []),
  includeShadowTrails: v.optional(v.boolean(), true),
});

/**
 * The operations that read trails.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
 */
const trailOperations = (trails: KnownTrails) => {
  const DescribeTrails = operation(Describe, ({ trailNameList, includeShadowTrails }) => ({
    trailList: trails
      .here()
      .filter((trail) => includeShadowTrails || !trails.isShadow(trail))
      .filter(
        (t) => trailNameList.length === 0 || trailNameList.some((name) => trails.isNamed(t, name)),
      )
      .map(describeTrail),
  }));
  const GetTrailStatus = namedTrail(v.strictObject({ Name: TrailName }), ({ Name }) => ({
    IsLogging: trails.named(Name).isLogging,
  }));
  const GetEventSelectors = namedTrail(v.strictObject({ TrailName }), (input) => {
    const trail = trails.named(input.TrailName);
    if (trails.isOwn(trail)) return selectorsOf(trail);
    // A member account sees the trail of its organization and its status, but not its selectors.
    throw trails.unknown(input.TrailName);
  });

  return { DescribeTrails, GetTrailStatus, GetEventSelectors };
};

/** Creates the trails of an account and Region. */
export const createTrails = (deps: TrailsDeps) => {
  const trails = createKnownTrails(deps);

  return {
    /** The trail that the account starts with, as a base for changed trails. */
    usual: usualTrail(deps),
    /** Replaces all trails. */
    put: (all: readonly LocalTrail[]) => {
      if (all.some((trail) => trail.EventSelectors && trail.AdvancedEventSelectors))
        throw new Error('a trail has either EventSelectors or AdvancedEventSelectors, got both');
      trails.state.all = all;
    },
    /** Whether a trail logs write events of IAM in this account and Region. */
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
