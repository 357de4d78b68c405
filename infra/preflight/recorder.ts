import type { InferOutput } from 'valibot';
import type { ConfigurationRecorder, RecordingGroup } from './answers.ts';

type Recorder = InferOutput<typeof ConfigurationRecorder>;
type Group = InferOutput<typeof RecordingGroup>;

/** The resource type that the rule evaluates. */
const USER = 'AWS::IAM::User';

/** The strategy of a recording group; one from before there were strategies tells by `allSupported`. */
const strategyOf = ({ recordingStrategy, allSupported }: Group) =>
  recordingStrategy?.useOnly ??
  (allSupported ? 'ALL_SUPPORTED_RESOURCE_TYPES' : 'INCLUSION_BY_RESOURCE_TYPES');

/**
 * The recording group has AWS::IAM::User in it, in each of the forms that AWS Config knows.
 *
 *   ALL_SUPPORTED_RESOURCE_TYPES   with `includeGlobalResourceTypes`, since IAM's types are global
 *   INCLUSION_BY_RESOURCE_TYPES    when `resourceTypes` names it
 *   EXCLUSION_BY_RESOURCE_TYPES    unless `exclusionByResourceTypes` names it; the flag plays no part
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
 */
export const recordsUsers = (group: Group): boolean => {
  switch (strategyOf(group)) {
    case 'ALL_SUPPORTED_RESOURCE_TYPES':
      return group.includeGlobalResourceTypes;
    case 'INCLUSION_BY_RESOURCE_TYPES':
      return group.resourceTypes.includes(USER);
    case 'EXCLUSION_BY_RESOURCE_TYPES':
      return group.exclusionByResourceTypes?.resourceTypes.includes(USER) !== true;
  }
};

/** A change of a user is recorded once a day; an override for the type outweighs the default. */
export const recordsUsersDaily = ({ recordingMode }: Recorder): boolean => {
  const override = recordingMode?.recordingModeOverrides?.find(({ resourceTypes }) =>
    resourceTypes.includes(USER),
  );
  return (override ?? recordingMode)?.recordingFrequency === 'DAILY';
};

const ALL_WITH_GLOBAL = {
  allSupported: true,
  includeGlobalResourceTypes: true,
  recordingStrategy: { useOnly: 'ALL_SUPPORTED_RESOURCE_TYPES' },
};

const withUsers = (group: Group) => {
  const useOnly = strategyOf(group);
  const recordingStrategy = { useOnly };
  if (useOnly === 'INCLUSION_BY_RESOURCE_TYPES')
    return { recordingStrategy, resourceTypes: [...group.resourceTypes, USER] };
  const excluded = group.exclusionByResourceTypes?.resourceTypes ?? [];
  const resourceTypes = excluded.filter((type) => type !== USER);
  // A list of exclusions cannot be empty: nothing excluded is everything included.
  if (useOnly === 'ALL_SUPPORTED_RESOURCE_TYPES' || resourceTypes.length === 0)
    return ALL_WITH_GLOBAL;
  return { recordingStrategy, exclusionByResourceTypes: { resourceTypes } };
};

/** The recorder as PutConfigurationRecorder takes it, changed in nothing but that it records users. */
export const withUsersRecorded = ({ name, roleARN, recordingGroup, recordingMode }: Recorder) => ({
  name,
  roleARN,
  recordingGroup: withUsers(recordingGroup),
  recordingMode,
});
