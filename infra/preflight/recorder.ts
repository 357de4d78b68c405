import type { AccountState } from './account-state.ts';
import type { Options } from './options.ts';
import { type Finding, quoteJson, unreadFinding } from './report.ts';
import type { Recorder } from './responses.ts';

type RecordingGroup = Recorder['recordingGroup'];

const USER = 'AWS::IAM::User';

/** The strategy of a recording group. Older groups have none, and `allSupported` implies it. */
const strategyOf = ({ recordingStrategy, allSupported }: RecordingGroup) =>
  recordingStrategy?.useOnly ??
  (allSupported ? 'ALL_SUPPORTED_RESOURCE_TYPES' : 'INCLUSION_BY_RESOURCE_TYPES');

/**
 * Checks whether a recording group includes AWS::IAM::User.
 *
 *   ALL_SUPPORTED_RESOURCE_TYPES   with `includeGlobalResourceTypes`, because the types of IAM are global
 *   INCLUSION_BY_RESOURCE_TYPES    if `resourceTypes` contains it
 *   EXCLUSION_BY_RESOURCE_TYPES    unless `exclusionByResourceTypes` contains it; the flag has no effect
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
 */
export const recordsUsers = (group: RecordingGroup): boolean => {
  switch (strategyOf(group)) {
    case 'ALL_SUPPORTED_RESOURCE_TYPES':
      return group.includeGlobalResourceTypes;
    case 'INCLUSION_BY_RESOURCE_TYPES':
      return group.resourceTypes.includes(USER);
    case 'EXCLUSION_BY_RESOURCE_TYPES':
      return group.exclusionByResourceTypes?.resourceTypes.includes(USER) !== true;
  }
};

/** Checks whether the recorder records users once a day. An override for the type takes precedence. */
export const recordsUsersDaily = ({ recordingMode }: Recorder): boolean => {
  const override = recordingMode?.recordingModeOverrides?.find(({ resourceTypes }) =>
    resourceTypes.includes(USER),
  );
  return (override ?? recordingMode)?.recordingFrequency === 'DAILY';
};

const withUsers = (group: RecordingGroup) => {
  const useOnly = strategyOf(group);
  if (useOnly === 'INCLUSION_BY_RESOURCE_TYPES')
    return { recordingStrategy: { useOnly }, resourceTypes: [...group.resourceTypes, USER] };
  const excluded = group.exclusionByResourceTypes?.resourceTypes ?? [];
  const resourceTypes = excluded.filter((type) => type !== USER);
  // AWS Config accepts no empty list of exclusions.
  if (useOnly === 'EXCLUSION_BY_RESOURCE_TYPES' && resourceTypes.length > 0)
    return { recordingStrategy: { useOnly }, exclusionByResourceTypes: { resourceTypes } };
  return {
    allSupported: true,
    includeGlobalResourceTypes: true,
    recordingStrategy: { useOnly: 'ALL_SUPPORTED_RESOURCE_TYPES' },
  };
};

/** Returns the recorder as PutConfigurationRecorder expects it, with IAM users added. */
export const withUsersRecorded = ({ name, roleARN, recordingGroup, recordingMode }: Recorder) => ({
  name,
  roleARN,
  recordingGroup: withUsers(recordingGroup),
  recordingMode,
});

/** The Regions that AWS Config has supported only since February 2022 or later. */
const WITHOUT_GLOBAL_RESOURCE_TYPES: readonly string[] = [
  ...['ap-east-2', 'ap-south-2', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6'],
  ...['ap-southeast-7', 'ca-west-1', 'eu-central-2', 'eu-south-2', 'il-central-1'],
  ...['me-central-1', 'mx-central-1'],
];

/**
 * Checks whether AWS Config can record the global types of IAM in a Region.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
 */
export const canRecordUsers = (region: string): boolean =>
  !WITHOUT_GLOBAL_RESOURCE_TYPES.includes(region);

const group = 'AWS Config';
const why = 'changes of users start no evaluation; only the schedule does';

/** Finds the recorder of the customer. A recorder with a service principal belongs to an AWS service, not to rules. */
const customerManaged = <Owned extends { readonly servicePrincipal?: string | undefined }>(
  all: readonly Owned[],
): Owned | undefined => all.find(({ servicePrincipal }) => servicePrincipal === undefined);

const noRecorder = ({ region, identity }: AccountState): Finding => {
  const [partition, account] =
    'value' in identity
      ? [identity.value.Arn.split(':')[1], identity.value.Account]
      : ['<partition>', '<account id>'];
  const role = `arn:${partition}:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
  const config = 'aws configservice';
  return {
    group,
    state: 'missing',
    what: 'there is no configuration recorder',
    why: 'AWS Config refuses to create the rule (PutConfigRule: NoAvailableConfigurationRecorderException)',
    fixes: [
      'aws iam create-service-linked-role --aws-service-name config.amazonaws.com',
      `${config} put-configuration-recorder --region ${region} --configuration-recorder name=default,roleARN=${role} --recording-group allSupported=true,includeGlobalResourceTypes=true`,
      `${config} put-delivery-channel --region ${region} --delivery-channel name=default,s3BucketName=<bucket>`,
      `${config} start-configuration-recorder --region ${region} --configuration-recorder-name default`,
    ],
  };
};

const statusFinding = ({ statuses, region }: AccountState, absent: Finding['state']): Finding[] => {
  if ('unread' in statuses)
    return [unreadFinding(group, 'whether the recorder is recording', statuses.unread)];
  const status = customerManaged(statuses.value);
  if (status === undefined) return [];
  if (status.recording)
    return [{ group, state: 'fine', what: `the recorder ${status.name} is recording` }];
  const fix = `aws configservice start-configuration-recorder --region ${region} --configuration-recorder-name ${status.name}`;
  const what = `the recorder ${status.name} is not recording`;
  return [{ group, state: absent, what, why, fixes: [fix] }];
};

const usersFinding = (recorder: Recorder, region: string, absent: Finding['state']): Finding => {
  if (!canRecordUsers(region)) {
    const what = `AWS Config does not record AWS::IAM::User in ${region}`;
    const fixes = ["deploy in the Region of IAM's control plane, or with -c triggers=schedule"];
    return { group, state: absent, what, why, fixes };
  }
  if (!recordsUsers(recorder.recordingGroup)) {
    const what = `the recorder ${recorder.name} does not record AWS::IAM::User`;
    const json = quoteJson(withUsersRecorded(recorder));
    const fix = `aws configservice put-configuration-recorder --region ${region} --configuration-recorder ${json}`;
    return { group, state: absent, what, why, fixes: [fix] };
  }
  const what = `the recorder ${recorder.name} records AWS::IAM::User`;
  if (!recordsUsersDaily(recorder)) return { group, state: 'fine', what };
  const late = `${what} once a day: changes are evaluated up to 24 hours late`;
  return { group, state: 'note', what: late };
};

/** Checks that AWS Config has a recorder, that it is recording, and that it records users. */
export const recorderFindings = (account: AccountState, { triggers }: Options): Finding[] => {
  const { recorders, region } = account;
  // The schedule evaluates every user, recorded or not.
  const absent = triggers === 'hybrid' ? 'missing' : 'note';
  const status = statusFinding(account, absent);
  if ('unread' in recorders)
    return [unreadFinding(group, 'the configuration recorder', recorders.unread), ...status];
  const recorder = customerManaged(recorders.value);
  if (recorder === undefined) return [noRecorder(account)];
  return [
    { group, state: 'fine', what: `there is a configuration recorder, ${recorder.name}` },
    ...status,
    usersFinding(recorder, region, absent),
  ];
};
