import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { text } from './rules.ts';

const ResourceTypes = v.array(v.string());
const RecordingFrequency = v.picklist(['CONTINUOUS', 'DAILY']);

const ConfigurationRecorder = v.strictObject({
  name: text(1, 256),
  roleARN: v.string(),
  recordingGroup: v.strictObject({
    allSupported: v.optional(v.boolean()),
    includeGlobalResourceTypes: v.optional(v.boolean()),
    resourceTypes: v.optional(ResourceTypes),
    exclusionByResourceTypes: v.optional(v.strictObject({ resourceTypes: ResourceTypes })),
    recordingStrategy: v.optional(
      v.strictObject({
        useOnly: v.picklist([
          'ALL_SUPPORTED_RESOURCE_TYPES',
          'INCLUSION_BY_RESOURCE_TYPES',
          'EXCLUSION_BY_RESOURCE_TYPES',
        ]),
      }),
    ),
  }),
  recordingMode: v.optional(
    v.strictObject({
      recordingFrequency: RecordingFrequency,
      recordingModeOverrides: v.optional(
        v.pipe(
          v.array(
            v.strictObject({
              description: v.optional(text(1, 256)),
              resourceTypes: ResourceTypes,
              recordingFrequency: RecordingFrequency,
            }),
          ),
          v.maxLength(1),
        ),
      ),
    }),
  ),
});

/** A configuration recorder and whether it records. */
type LocalRecorder = v.InferOutput<typeof ConfigurationRecorder> & {
  readonly recording: boolean;
};

/** Returns a recorder of every resource type, including the global types of IAM. */
const usualRecorder = (accountId: string): LocalRecorder => ({
  name: 'default',
  roleARN: `arn:aws:iam::${accountId}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
  recordingGroup: {
    allSupported: true,
    includeGlobalResourceTypes: true,
    resourceTypes: [],
    exclusionByResourceTypes: { resourceTypes: [] },
    recordingStrategy: { useOnly: 'ALL_SUPPORTED_RESOURCE_TYPES' },
  },
  recordingMode: { recordingFrequency: 'CONTINUOUS' },
  recording: true,
});

const Describe = v.strictObject({
  ConfigurationRecorderNames: v.optional(v.pipe(v.array(text(1, 256)), v.maxLength(1)), []),
});

/**
 * Creates the configuration recorder of an account and Region, which has at most one.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html
 */
export const createRecorder = ({ accountId }: { accountId: string }) => {
  let present: LocalRecorder | undefined = usualRecorder(accountId);

  const chosen = ([name]: readonly string[]) => {
    if (name === undefined || name === present?.name) return present === undefined ? [] : [present];
    const message = `Cannot find configuration recorder with the specified name ${JSON.stringify(name)}.`;
    throw new ServiceError('NoSuchConfigurationRecorderException', message);
  };

  return {
    /** Replaces the recorder; `undefined` removes it. */
    put: (recorder: LocalRecorder | undefined) => {
      if (recorder === undefined) present = undefined;
      else {
        const { recording, ...described } = recorder;
        present = { ...v.parse(ConfigurationRecorder, described), recording };
      }
    },
    /** The recorder that the account starts with, as a base for changed recorders. */
    usual: usualRecorder(accountId),
    /** @throws {ServiceError} NoAvailableConfigurationRecorderException */
    required: () => {
      if (present !== undefined) return;
      const message = 'Configuration recorder is not available to put config rule.';
      throw new ServiceError('NoAvailableConfigurationRecorderException', message);
    },
    operations: {
      DescribeConfigurationRecorders: operation(Describe, (input) => ({
        ConfigurationRecorders: chosen(input.ConfigurationRecorderNames).map(
          ({ recording: _, ...described }) => described,
        ),
      })),
      DescribeConfigurationRecorderStatus: operation(Describe, (input) => ({
        ConfigurationRecordersStatus: chosen(input.ConfigurationRecorderNames).map(
          ({ name, recording }) => ({ name, recording, lastStatus: 'Success' }),
        ),
      })),
    },
  };
};
