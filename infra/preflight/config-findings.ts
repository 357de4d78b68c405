import type { InferOutput } from 'valibot';
import type { ConfigurationRecorder, RecordingGroup } from './answers.ts';
import { type Finding, quoteJson, unreadFinding } from './findings.ts';
import type { Options } from './preflight.ts';
import { type AccountFacts, partitionOf } from './read-account.ts';

export type Recorder = InferOutput<typeof ConfigurationRecorder>;
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

const group = 'AWS Config';

const why = 'a change of a user starts no evaluation; only the schedule does';

/** The recorder of the account's own; a service's recorder has a service principal, and serves no rule. */
const customerManaged = <Owned extends { readonly servicePrincipal?: string | undefined }>(
  all: readonly Owned[],
): Owned | undefined => all.find(({ servicePrincipal }) => servicePrincipal === undefined);

const noRecorder = ({ region, identity }: AccountFacts): Finding => {
  const [partition, account] =
    'facts' in identity
      ? [partitionOf(identity.facts.Arn), identity.facts.Account]
      : ['<partition>', '<account id>'];
  const role = `arn:${partition}:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
  const config = 'aws configservice';
  return {
    group,
    state: 'missing',
    what: 'there is no configuration recorder',
    why: 'without one AWS Config refuses the rule (PutConfigRule: NoAvailableConfigurationRecorderException)',
    mends: [
      'aws iam create-service-linked-role --aws-service-name config.amazonaws.com',
      `${config} put-configuration-recorder --region ${region} --configuration-recorder name=default,roleARN=${role} --recording-group allSupported=true,includeGlobalResourceTypes=true`,
      `${config} put-delivery-channel --region ${region} --delivery-channel name=default,s3BucketName=<bucket>`,
      `${config} start-configuration-recorder --region ${region} --configuration-recorder-name default`,
    ],
  };
};

/** The schedule evaluates every user whatever is recorded: a rule with nothing else needs no recording. */
const absent = (triggers: Options['triggers']) => (triggers === 'hybrid' ? 'missing' : 'note');

const isRecording = (facts: AccountFacts, triggers: Options['triggers']): Finding[] => {
  if ('unread' in facts.statuses)
    return [unreadFinding(group, 'whether the recorder is recording', facts.statuses.unread)];
  const status = customerManaged(facts.statuses.facts);
  if (status === undefined) return [];
  if (status.recording)
    return [{ group, state: 'fine', what: `the recorder ${status.name} is recording` }];
  return [
    {
      group,
      state: absent(triggers),
      what: `the recorder ${status.name} is not recording`,
      why,
      mends: [
        `aws configservice start-configuration-recorder --region ${facts.region} --configuration-recorder-name ${status.name}`,
      ],
    },
  ];
};

const whatIsRecorded = (
  recorder: Recorder,
  region: string,
  triggers: Options['triggers'],
): Finding => {
  if (!canRecordUsers(region)) {
    const what = `${region} cannot record AWS::IAM::User, as no Region that AWS Config came to after February 2022 can`;
    const mends = ["deploy in the Region of IAM's control plane, or with -c triggers=schedule"];
    return { group, state: absent(triggers), what, why, mends };
  }
  if (!recordsUsers(recorder.recordingGroup)) {
    const what = `the recorder ${recorder.name} does not record AWS::IAM::User`;
    const given = quoteJson(withUsersRecorded(recorder));
    const command = `aws configservice put-configuration-recorder --region ${region} --configuration-recorder ${given}`;
    return { group, state: absent(triggers), what, why, mends: [command] };
  }
  if (!recordsUsersDaily(recorder))
    return { group, state: 'fine', what: `the recorder ${recorder.name} records AWS::IAM::User` };
  const what = `the recorder ${recorder.name} records AWS::IAM::User once a day: a change of a user evaluates the rule up to 24 hours late`;
  return { group, state: 'note', what };
};

/** AWS Config has a recorder, it is recording, and what it records includes the users. */
export const configFindings = (facts: AccountFacts, { triggers }: Options): Finding[] => {
  if ('unread' in facts.recorders)
    return [
      unreadFinding(group, 'the configuration recorder', facts.recorders.unread),
      ...isRecording(facts, triggers),
    ];
  const recorder = customerManaged(facts.recorders.facts);
  if (recorder === undefined) return [noRecorder(facts)];
  return [
    { group, state: 'fine', what: `there is a configuration recorder, ${recorder.name}` },
    ...isRecording(facts, triggers),
    whatIsRecorded(recorder, facts.region, triggers),
  ];
};

/** Regions that AWS Config came to after February 2022. */
const WITHOUT_GLOBAL_RESOURCE_TYPES: readonly string[] = [
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'mx-central-1',
];

/**
 * AWS Config can record the global types of IAM, AWS::IAM::User among them, in this Region.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
 */
export const canRecordUsers = (region: string): boolean =>
  !WITHOUT_GLOBAL_RESOURCE_TYPES.includes(region);
