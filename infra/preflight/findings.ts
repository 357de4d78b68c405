import { IAM_REGIONS } from '../../rule/aws/regions.ts';
import { MAXIMUM_USERS_OF_HYBRID_RULE } from '../../rule/key-events/settings.ts';
import type { AccountState, TopicState } from './account-state.ts';
import type { Options } from './options.ts';
import { recorderFindings } from './recorder.ts';
import { type Finding, unreadFinding } from './report.ts';
import { coversRegion, type Problem, trailVerdict } from './trail.ts';

const KEY_EVENTS = 'Key events';

const why =
  'no key events arrive: only the schedule finds a new or reactivated key, up to a day later';
const WITHOUT_KEY_EVENTS = 'or deploy with -c keyEvents=false';

const noTrail = (region: string): Finding => ({
  group: KEY_EVENTS,
  state: 'missing',
  what: `no trail covers ${region}`,
  why,
  fixes: [
    `aws cloudtrail create-trail --region ${region} --name management-events --is-multi-region-trail --s3-bucket-name <bucket>`,
    `aws cloudtrail start-logging --region ${region} --name management-events`,
    WITHOUT_KEY_EVENTS,
  ],
});

const noTrailLogs = (problems: readonly (Problem & { readonly name: string })[]): Finding => {
  const reasons = problems.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
  const what = `no trail records the write management events of IAM (${reasons})`;
  const fixes = [...problems.slice(0, 1).map(({ fix }) => fix), WITHOUT_KEY_EVENTS];
  return { group: KEY_EVENTS, state: 'missing', what, why, fixes };
};

/** Checks the trails. One trail that logs key events is enough. */
const trailFindings = ({ trails, region, identity }: AccountState): Finding[] => {
  if ('unread' in trails) return [unreadFinding(KEY_EVENTS, 'the trails', trails.unread)];
  const account = 'value' in identity ? identity.value.Account : undefined;
  const verdicts = trails.value
    .filter(({ trail }) => coversRegion(trail, region))
    .map((state) => ({ name: state.trail.Name, ...trailVerdict(state, account) }));
  if (verdicts.length === 0) return [noTrail(region)];

  const logging = verdicts.find((verdict) => 'logs' in verdict);
  if (logging !== undefined)
    return [
      { group: KEY_EVENTS, state: 'fine', what: `the trail ${logging.name} logs key events` },
    ];
  const unread = verdicts.filter((verdict) => 'unread' in verdict);
  if (unread.length === 0) return [noTrailLogs(verdicts.filter((verdict) => 'problem' in verdict))];
  return unread.map((verdict) =>
    unreadFinding(KEY_EVENTS, `whether the trail ${verdict.name} logs key events`, verdict.unread),
  );
};

/** Checks that key events start evaluations. With a hybrid rule they do not if the account has more than 500 users. */
const usersFinding = ({ users }: AccountState, { triggers }: Options): Finding => {
  if ('unread' in users) return unreadFinding(KEY_EVENTS, 'the number of users', users.unread);
  const counted = users.value === 1 ? '1 user' : `${users.value} users`;
  if (triggers === 'schedule' || users.value <= MAXIMUM_USERS_OF_HYBRID_RULE)
    return { group: KEY_EVENTS, state: 'fine', what: `${counted}: key events start evaluations` };
  return {
    group: KEY_EVENTS,
    state: 'missing',
    what: `${counted}: above ${MAXIMUM_USERS_OF_HYBRID_RULE} users, key events start no evaluation with triggers=hybrid`,
    why: 'each start could be billed as an evaluation of every user; only the schedule finds a new or reactivated key, up to a day later',
    fixes: ['deploy with -c triggers=schedule'],
  };
};

/**
 * Checks that key events arrive and start evaluations. They arrive only in the Region of IAM's control plane.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
const keyEventFindings = (account: AccountState, options: Options): Finding[] => {
  if (!options.keyEvents)
    return [{ group: KEY_EVENTS, state: 'note', what: 'key events are off (keyEvents=false)' }];
  const { identity, region } = account;
  const users = usersFinding(account, options);
  const arrival = [...trailFindings(account), users];
  // The account's finding already reports that the identity is unread.
  if ('unread' in identity) return arrival;
  const [, partition = ''] = identity.value.Arn.split(':');
  const iamRegion = IAM_REGIONS[partition];
  if (iamRegion === undefined) {
    const what = `could not find out whether key events arrive in ${region}: the Region of IAM's control plane is not known for the partition ${partition}`;
    const fixes = ['deploy with -c keyEvents=false, unless you know that they arrive'];
    return [{ group: KEY_EVENTS, state: 'unread', what, fixes }, ...arrival];
  }
  if (region === iamRegion) {
    const what = `${region} is the Region of IAM's control plane in the partition ${partition}`;
    return [{ group: KEY_EVENTS, state: 'fine', what }, ...arrival];
  }
  const what = `${region} is not the Region of IAM's control plane, which is ${iamRegion}`;
  const fixes = [`deploy in ${iamRegion}`, WITHOUT_KEY_EVENTS];
  const elsewhere: Finding = { group: KEY_EVENTS, state: 'missing', what, why, fixes };
  return users.state === 'fine' ? [elsewhere] : [elsewhere, users];
};

const accountFinding = ({ identity, region }: AccountState): Finding => {
  const group = 'Account';
  if ('unread' in identity)
    return unreadFinding(group, `account and partition (Region ${region})`, identity.unread);
  const { Account, Arn } = identity.value;
  const [, partition] = Arn.split(':');
  const what = `${Account}, partition ${partition}, Region ${region}, as ${Arn}`;
  return { group, state: 'fine', what };
};

const securityHubFinding = (
  { isSecurityHubOn, region }: AccountState,
  { securityHubFindings = false }: Options,
): Finding => {
  const group = 'Security Hub CSPM';
  if ('unread' in isSecurityHubOn)
    return unreadFinding(group, 'whether it is on', isSecurityHubOn.unread);
  if (isSecurityHubOn.value) return { group, state: 'fine', what: 'it is on' };
  const command = `aws securityhub enable-security-hub --region ${region}`;
  if (!securityHubFindings) {
    const what = 'it is off: results stay in AWS Config; the rules do not need Security Hub';
    return { group, state: 'note', what, fixes: [command] };
  }
  return {
    group,
    state: 'missing',
    what: 'it is off',
    why: 'every import of findings fails (InvalidAccessException)',
    fixes: [command, 'or deploy with -c securityHubFindings=false'],
  };
};

const topicFinding = (topic: TopicState, { identity, region }: AccountState): Finding => {
  const group = 'Topics';
  const { setting, arn, exists } = topic;
  const partition = 'value' in identity ? identity.value.Arn.split(':')[1] : topic.partition;
  if (exists === undefined || topic.partition !== partition)
    return {
      group,
      state: 'missing',
      what: `${setting} is in ${topic.region} (${topic.partition}), but the deployment is in ${region} (${partition})`,
      why: 'alarms and messages are published only in their own Region',
      fixes: [`deploy with -c ${setting}=<the ARN of a topic in ${region}>`],
    };
  if ('unread' in exists) return unreadFinding(group, `whether ${setting} exists`, exists.unread);
  if (exists.value) return { group, state: 'fine', what: `${setting} exists in ${region}` };
  const name = arn.split(':').at(-1);
  const what = `${setting} does not exist: ${arn}`;
  const fix = `aws sns create-topic --region ${region} --name ${name}`;
  return { group, state: 'missing', what, why: 'nothing can be published to it', fixes: [fix] };
};

/** Compares the state of an account with what the deployment needs. */
export const findingsOf = (account: AccountState, options: Options): readonly Finding[] => [
  accountFinding(account),
  ...recorderFindings(account, options),
  ...keyEventFindings(account, options),
  securityHubFinding(account, options),
  ...account.topics.map((topic) => topicFinding(topic, account)),
];
