import * as v from 'valibot';

// The schemas of AWS responses. They contain only the members that preflight and scan use.

const Text = v.pipe(v.string(), v.minLength(1, 'a string that is not empty'));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const ResourceTypes = v.array(v.string());
const RecordingFrequency = v.picklist(['CONTINUOUS', 'DAILY']);

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const Identity = v.object({
  Account: v.pipe(v.string(), v.regex(/^\d{12}$/, 'an account id of 12 digits')),
  Arn: v.pipe(v.string(), v.regex(/^arn:[\w-]+:/, 'an ARN')),
});

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html */
export const AccountSummary = v.object({
  SummaryMap: v.object({ Users: Count, AccountAccessKeysPresent: Count }),
});

/** @see https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html */
export const RecordingGroup = v.object({
  allSupported: v.optional(v.boolean(), false),
  includeGlobalResourceTypes: v.optional(v.boolean(), false),
  resourceTypes: v.optional(ResourceTypes, []),
  exclusionByResourceTypes: v.optional(v.object({ resourceTypes: v.optional(ResourceTypes, []) })),
  recordingStrategy: v.optional(
    v.object({
      useOnly: v.optional(
        v.picklist([
          'ALL_SUPPORTED_RESOURCE_TYPES',
          'INCLUSION_BY_RESOURCE_TYPES',
          'EXCLUSION_BY_RESOURCE_TYPES',
        ]),
      ),
    }),
  ),
});

/** @see https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingMode.html */
const RecordingMode = v.object({
  recordingFrequency: RecordingFrequency,
  recordingModeOverrides: v.optional(
    v.array(
      v.looseObject({ resourceTypes: ResourceTypes, recordingFrequency: RecordingFrequency }),
    ),
  ),
});

const Recorder = v.object({
  name: Text,
  roleARN: v.optional(v.string()),
  // Without a recording group, AWS Config records everything but the global types of IAM.
  recordingGroup: v.optional(RecordingGroup, { allSupported: true }),
  recordingMode: v.optional(RecordingMode),
  servicePrincipal: v.optional(v.string()),
});

/** @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html */
export const Recorders = v.array(Recorder);

/** @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorderStatus.html */
export const RecorderStatuses = v.array(
  v.object({ name: Text, recording: v.boolean(), servicePrincipal: v.optional(v.string()) }),
);

const Trail = v.object({
  Name: Text,
  TrailARN: Text,
  HomeRegion: Text,
  IncludeGlobalServiceEvents: v.optional(v.boolean(), false),
  IsMultiRegionTrail: v.optional(v.boolean(), false),
  HasCustomEventSelectors: v.optional(v.boolean()),
});

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html */
export const Trails = v.object({ trailList: v.array(Trail) });

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html */
export const TrailStatus = v.object({ IsLogging: v.boolean() });

const Operator = v.optional(v.array(v.string()));

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html */
const FieldSelector = v.object({
  Field: Text,
  Equals: Operator,
  StartsWith: Operator,
  EndsWith: Operator,
  NotEquals: Operator,
  NotStartsWith: Operator,
  NotEndsWith: Operator,
});

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html */
export const Selectors = v.object({
  EventSelectors: v.optional(
    v.array(
      // Loose, because the command that fixes a trail repeats its selectors.
      v.looseObject({
        ReadWriteType: v.optional(v.picklist(['All', 'ReadOnly', 'WriteOnly']), 'All'),
        IncludeManagementEvents: v.optional(v.boolean(), true),
        ExcludeManagementEventSources: v.optional(v.array(v.string())),
      }),
    ),
  ),
  AdvancedEventSelectors: v.optional(
    v.array(v.object({ Name: v.optional(v.string()), FieldSelectors: v.array(FieldSelector) })),
  ),
});

/** A configuration recorder of AWS Config. */
export type Recorder = v.InferOutput<typeof Recorder>;

/** A CloudTrail trail. */
export type Trail = v.InferOutput<typeof Trail>;

/** The event selectors of a trail, basic or advanced. */
export type EventSelectors = v.InferOutput<typeof Selectors>;

/** One field selector of an advanced event selector. */
export type FieldSelector = v.InferOutput<typeof FieldSelector>;
