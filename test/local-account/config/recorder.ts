import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import type { Iam } from '../iam/iam.ts';
import { cutPage } from '../request.ts';
import { invalidNextToken, Limit, NextToken, text } from './rules.ts';

const ListDiscoveredResources = v.strictObject({
  resourceType: v.literal('AWS::IAM::User'),
  resourceIds: v.optional(v.pipe(v.array(text(1, 768)), v.minLength(1), v.maxLength(20))),
  resourceName: v.optional(v.string()),
  limit: Limit,
  nextToken: NextToken,
});

/**
 * ListDiscoveredResources: the account's users as AWS Config knows them, by id or by name.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ListDiscoveredResources.html
 */
export const listDiscoveredResources = (iam: Iam, pageSize: number) =>
  operation(ListDiscoveredResources, (input) => {
    const { resourceType, resourceIds, resourceName, limit, nextToken } = input;
    if (resourceIds !== undefined && resourceName !== undefined) {
      const message = 'expected either resourceIds or a resourceName, got both';
      throw new ServiceError('ValidationException', message);
    }
    const page = cutPage({
      list: 'ListDiscoveredResources',
      items: [...iam.users.values()].filter(
        ({ UserId, UserName }) =>
          (resourceIds?.includes(UserId) ?? true) && UserName === (resourceName ?? UserName),
      ),
      keyOf: ({ UserId }) => UserId,
      size: Math.min(limit || 100, pageSize),
      marker: nextToken,
      refuse: invalidNextToken,
    });
    const resourceIdentifiers = page.items.map(({ UserId, UserName }) => ({
      resourceType,
      resourceId: UserId,
      resourceName: UserName,
    }));
    return { resourceIdentifiers, nextToken: page.next };
  });

const ResourceTypes = v.array(v.string());
const RecordingFrequency = v.picklist(['CONTINUOUS', 'DAILY']);

/** A configuration recorder in the members of the API's model. */
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

/** The account's own recorder, and whether it records; there is at most one in a Region. */
export type LocalRecorder = v.InferOutput<typeof ConfigurationRecorder> & {
  readonly recording: boolean;
};

/** A recorder of everything, the global types of IAM too. */
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
 * The configuration recorder of an account and Region.
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
    /** Takes another recorder; no recorder with `undefined`. */
    put: (recorder: LocalRecorder | undefined) => {
      if (recorder === undefined) present = undefined;
      else {
        const { recording, ...described } = recorder;
        present = { ...v.parse(ConfigurationRecorder, described), recording };
      }
    },
    /** The recorder that the account begins with, for a test that changes some of it. */
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
