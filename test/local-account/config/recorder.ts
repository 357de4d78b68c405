import type { ConfigurationRecorder } from '@aws-sdk/client-config-service';
import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { text } from './rules.ts';

/** A configuration recorder and whether it records. */
type LocalRecorder = ConfigurationRecorder & {
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
      present = recorder;
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
