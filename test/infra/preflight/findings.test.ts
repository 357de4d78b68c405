import { describe, expect, it } from 'vitest';
import type {
  AccountState,
  TopicState,
  TrailState,
} from '../../../infra/preflight/account-state.ts';
import { findingsOf } from '../../../infra/preflight/findings.ts';
import type { Options } from '../../../infra/preflight/options.ts';
import { accountState, identityIn, refused, trailState } from '../../support/account-state.ts';

const HYBRID: Options = { keyEvents: true, triggers: 'hybrid' };
const SCHEDULE: Options = { keyEvents: true, triggers: 'schedule' };

const find = (account: Partial<AccountState>, options: Options = HYBRID) =>
  findingsOf(accountState(account), options);
const notFine = (account: Partial<AccountState>, options: Options = HYBRID) =>
  find(account, options).filter(({ state }) => state !== 'fine');
const keyEvents = (account: Partial<AccountState>, options: Options = HYBRID) =>
  find(account, options).filter(({ group }) => group === 'Key events');

/** The finding about these trails, which stands between those about Region and users. */
const trails = (...value: readonly TrailState[]) => keyEvents({ trails: { value } })[1];

const unread = (what: string, action: string) => ({
  state: 'unread',
  what: `could not read ${what} (AccessDenied: no)`,
  why: `requires the permission ${action}`,
});

describe('an account that lacks nothing', () => {
  it('has only fine findings, the first of which names it', () => {
    expect(notFine({})).toEqual([]);
    expect(find({})[0]).toEqual({
      group: 'Account',
      state: 'fine',
      what: '123456789012, partition aws, Region us-east-1, as arn:aws:iam::123456789012:user/alice',
    });
  });

  it.each<[keyof AccountState, string, string]>([
    ['identity', 'sts:GetCallerIdentity', 'account and partition (Region us-east-1)'],
    ['recorders', 'config:DescribeConfigurationRecorders', 'the configuration recorder'],
    ['statuses', 'config:DescribeConfigurationRecorderStatus', 'whether the recorder is recording'],
    ['trails', 'cloudtrail:DescribeTrails', 'the trails'],
    ['users', 'iam:GetAccountSummary', 'the number of users'],
    ['isSecurityHubOn', 'securityhub:DescribeHub', 'whether it is on'],
  ])('has one unread finding when %s is unread', (member, action, what) => {
    expect(notFine({ [member]: refused(action) })).toMatchObject([unread(what, action)]);
  });
});

const group = 'Key events';
const why =
  'no key events arrive: only the schedule finds a new or reactivated key, up to a day later';
const WITHOUT = 'or deploy with -c keyEvents=false';

describe('a topic', () => {
  const arn = 'arn:aws:sns:us-east-1:123456789012:keys';
  const topic = (overrides: Partial<TopicState> = {}): Pick<AccountState, 'topics'> => ({
    topics: [
      {
        ...{ setting: 'notificationTopicArn', arn, partition: 'aws', region: 'us-east-1' },
        exists: { value: true },
        ...overrides,
      },
    ],
  });
  const topics = (account: Partial<AccountState>) =>
    find(account).filter((one) => one.group === 'Topics');

  it('in the Region of the deployment exists', () => {
    const what = 'notificationTopicArn exists in us-east-1';
    expect(topics(topic())).toEqual([{ group: 'Topics', state: 'fine', what }]);
  });

  it('does not exist', () => {
    expect(topics(topic({ exists: { value: false } }))).toEqual([
      {
        group: 'Topics',
        state: 'missing',
        what: `notificationTopicArn does not exist: ${arn}`,
        why: 'nothing can be published to it',
        fixes: ['aws sns create-topic --region us-east-1 --name keys'],
      },
    ]);
  });

  it('of another account may deny the read', () => {
    expect(topics(topic({ exists: refused('sns:GetTopicAttributes') }))).toMatchObject([
      unread('whether notificationTopicArn exists', 'sns:GetTopicAttributes'),
    ]);
  });

  it.each([
    [
      'Region',
      { region: 'eu-west-1', exists: undefined },
      {},
      'eu-west-1 (aws)',
      'us-east-1 (aws)',
    ],
    ['partition', {}, { identity: identityIn('aws-cn') }, 'us-east-1 (aws)', 'us-east-1 (aws-cn)'],
    [
      'Region, in any partition',
      { region: 'eu-west-1', exists: undefined },
      { identity: refused('sts:GetCallerIdentity') },
      'eu-west-1 (aws)',
      'us-east-1 (aws)',
    ],
  ])('is missing in another %s', (_, overrides, account, there, here) => {
    const { exists: __, ...state } = topic(overrides).topics[0] as TopicState;
    const given = 'exists' in overrides ? { topics: [state] } : topic(overrides);
    expect(topics({ ...given, ...account })).toEqual([
      {
        group: 'Topics',
        state: 'missing',
        what: `notificationTopicArn is in ${there}, but the deployment is in ${here}`,
        why: 'alarms and messages are published only in their own Region',
        fixes: ['deploy with -c notificationTopicArn=<the ARN of a topic in us-east-1>'],
      },
    ]);
  });
});

describe('the Region of key events', () => {
  it('is that of the control plane of IAM', () => {
    expect(keyEvents({}).slice(0, 2)).toEqual([
      {
        group,
        state: 'fine',
        what: "us-east-1 is the Region of IAM's control plane in the partition aws",
      },
      { group, state: 'fine', what: 'the trail all logs key events' },
    ]);
  });

  it.each([
    ['aws', 'eu-central-1', 'us-east-1'],
    ['aws-us-gov', 'us-gov-east-1', 'us-gov-west-1'],
    ['aws-cn', 'cn-northwest-1', 'cn-north-1'],
  ])('in %s is not %s but %s, whatever the trails', (partition, region, iamRegion) => {
    const identity = identityIn(partition);

    expect(keyEvents({ identity, region, trails: { value: [] } })).toEqual([
      {
        group,
        state: 'missing',
        what: `${region} is not the Region of IAM's control plane, which is ${iamRegion}`,
        why,
        fixes: [`deploy in ${iamRegion}`, WITHOUT],
      },
    ]);
    expect(notFine({ identity, region: iamRegion })).toEqual([]);
  });

  it('is not known in another partition', () => {
    const [first, second] = keyEvents({ identity: identityIn('aws-eusc') });

    expect(first).toEqual({
      group,
      state: 'unread',
      what: "could not find out whether key events arrive in us-east-1: the Region of IAM's control plane is not known for the partition aws-eusc",
      fixes: ['deploy with -c keyEvents=false, unless you know that they arrive'],
    });
    expect(second).toMatchObject({ state: 'fine' });
  });

  it.each(['hybrid', 'schedule'] as const)('does not matter without key events: %s', (triggers) => {
    const options = { keyEvents: false, triggers };
    const account = { region: 'eu-central-1', trails: { value: [] }, users: refused('any') };
    expect(keyEvents(account, options)).toEqual([
      { group, state: 'note', what: 'key events are off (keyEvents=false)' },
    ]);
  });
});

describe('the trails', () => {
  const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/all';
  const stopped = (Name: string) => trailState({ Name }, { isLogging: { value: false } });
  const start = `aws cloudtrail start-logging --region us-east-1 --name ${ARN}`;
  const readOnly = { ReadWriteType: 'ReadOnly', IncludeManagementEvents: true } as const;
  const data = { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }] };

  it.each([
    ['there is none', []],
    [
      'it is in another Region',
      [trailState({ IsMultiRegionTrail: false, HomeRegion: 'eu-west-1' })],
    ],
  ])('do not cover the Region when %s', (_, value) => {
    expect(trails(...value)).toEqual({
      group,
      state: 'missing',
      what: 'no trail covers us-east-1',
      why,
      fixes: [
        'aws cloudtrail create-trail --region us-east-1 --name management-events --is-multi-region-trail --s3-bucket-name <bucket>',
        'aws cloudtrail start-logging --region us-east-1 --name management-events',
        WITHOUT,
      ],
    });
  });

  it.each<[string, TrailState, string, string]>([
    ['stopped', stopped('one'), 'one: it is not logging', start],
    [
      'without global service events',
      trailState({ IncludeGlobalServiceEvents: false }),
      'all: it does not log events of global services such as IAM',
      `aws cloudtrail update-trail --region us-east-1 --name ${ARN} --include-global-service-events`,
    ],
    [
      'with other basic selectors',
      trailState({}, { selectors: { value: { EventSelectors: [readOnly] } } }),
      'all: its event selectors exclude write management events of IAM',
      `aws cloudtrail put-event-selectors --region us-east-1 --trail-name ${ARN} --event-selectors '[{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true},{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}]'`,
    ],
    [
      'with other advanced selectors',
      trailState({}, { selectors: { value: { AdvancedEventSelectors: [data] } } }),
      'all: its event selectors exclude write management events of IAM',
      `aws cloudtrail put-event-selectors --region us-east-1 --trail-name ${ARN} --advanced-event-selectors '[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]},{"Name":"Write management events","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]'`,
    ],
  ])('do not log key events with only one %s', (_, state, problem, fix) => {
    const what = `no trail records the write management events of IAM (${problem})`;
    expect(trails(state)).toEqual({ group, state: 'missing', what, why, fixes: [fix, WITHOUT] });
  });

  it('are all reported when none logs key events; the first is fixed', () => {
    const other = trailState({ Name: 'other', IncludeGlobalServiceEvents: false });
    const finding = trails(stopped('one'), other);

    expect(finding?.what).toMatch(/\(one: it is not logging; other: it does not log events of/);
    expect(finding?.fixes).toEqual([start, WITHOUT]);
  });

  it('need only one that logs key events', () => {
    const hidden = trailState({}, { selectors: refused('cloudtrail:GetEventSelectors') });
    expect(trails(stopped('one'), hidden, trailState({ Name: 'good' }))).toEqual({
      group,
      state: 'fine',
      what: 'the trail good logs key events',
    });
  });

  it('are unread when the last hope is', () => {
    const hidden = { isLogging: refused('cloudtrail:GetTrailStatus') };
    expect(trails(stopped('one'), trailState({ Name: 'hidden' }, hidden))).toMatchObject(
      unread('whether the trail hidden logs key events', 'cloudtrail:GetTrailStatus'),
    );
  });

  it("of another account's organization are known by their owner", () => {
    const TrailARN = 'arn:aws:cloudtrail:us-east-1:210987654321:trail/all';
    const selectors = refused('cloudtrail:GetEventSelectors');
    expect(trails(trailState({ TrailARN }, { selectors }))?.why).toContain(
      'cloudtrail:GetEventSelectors in the account 210987654321',
    );
    expect(
      notFine({
        trails: {
          value: [trailState({ TrailARN, HasCustomEventSelectors: false }, { selectors })],
        },
      }),
    ).toEqual([]);
  });
});

describe('the number of users', () => {
  const users = (account: Partial<AccountState>, options: Options = HYBRID) =>
    keyEvents(account, options).filter(({ what }) => /\busers?\b/.test(what));

  it.each([
    [HYBRID, 0, '0 users'],
    [HYBRID, 1, '1 user'],
    [HYBRID, 500, '500 users'],
    [SCHEDULE, 500, '500 users'],
    [SCHEDULE, 501, '501 users'],
    [SCHEDULE, 5000, '5000 users'],
  ])('is fine with %j: %i', (options, value, counted) => {
    expect(users({ users: { value } }, options)).toEqual([
      { group, state: 'fine', what: `${counted}: key events start evaluations` },
    ]);
  });

  it.each([501, 5000])('is too high for a hybrid rule: %i', (value) => {
    expect(users({ users: { value } })).toEqual([
      {
        group,
        state: 'missing',
        what: `${value} users: above 500 users, key events start no evaluation with triggers=hybrid`,
        why: 'each start could be billed as an evaluation of every user; only the schedule finds a new or reactivated key, up to a day later',
        fixes: ['deploy with -c triggers=schedule'],
      },
    ]);
  });

  it.each<[string, Partial<AccountState>]>([
    ['no identity', { identity: refused('sts:GetCallerIdentity') }],
    ['an unknown partition', { identity: identityIn('aws-eusc') }],
    ['no trail', { trails: { value: [] } }],
    ['another Region', { region: 'eu-central-1' }],
  ])('is reported with %s', (_, account) => {
    expect(users({ ...account, users: { value: 501 } })).toMatchObject([{ state: 'missing' }]);
    expect(users({ ...account, users: refused('any') })).toMatchObject([{ state: 'unread' }]);
  });

  it('is left out in another Region when it is fine, as no key events arrive there', () => {
    expect(users({ region: 'eu-central-1', users: { value: 500 } })).toEqual([]);
  });
});

describe('Security Hub CSPM', () => {
  const hub = { group: 'Security Hub CSPM' };
  const enable = 'aws securityhub enable-security-hub --region us-east-1';
  const off = { isSecurityHubOn: { value: false } };
  const wanted = { ...HYBRID, securityHubFindings: true };

  it.each([HYBRID, wanted])('is fine when it is on: %j', (options) => {
    expect(find({}, options).at(-1)).toEqual({ ...hub, state: 'fine', what: 'it is on' });
  });

  it('is a note when it is off', () => {
    expect(notFine(off)).toEqual([
      {
        ...hub,
        state: 'note',
        what: 'it is off: results stay in AWS Config; the rules do not need Security Hub',
        fixes: [enable],
      },
    ]);
  });

  it('is missing when it is off and findings are wanted', () => {
    expect(notFine(off, wanted)).toEqual([
      {
        ...hub,
        state: 'missing',
        what: 'it is off',
        why: 'every import of findings fails (InvalidAccessException)',
        fixes: [enable, 'or deploy with -c securityHubFindings=false'],
      },
    ]);
  });
});
