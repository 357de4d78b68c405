import { canRecordUsers } from '../settings/regions.ts';
import { type AccountFacts, partitionOf } from './facts.ts';
import { type Finding, quoteJson, unreadFinding } from './finding.ts';
import type { Options } from './options.ts';
import { recordsUsers, recordsUsersDaily, withUsersRecorded } from './recorder.ts';

const group = 'AWS Config';

const why = 'a change of a user starts no evaluation; only the schedule does';

type Recorder = Parameters<typeof withUsersRecorded>[0];

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
