import { describe, expect, it } from 'vitest';
import {
  exitCodeOf,
  type Finding,
  findingsOf,
  quoteJson,
} from '../../../infra/preflight/findings.ts';
import {
  type AccountFacts,
  partitionOf,
  type TrailFacts,
} from '../../../infra/preflight/read-account.ts';
import {
  accountFacts,
  recorder,
  recordingGroup,
  refused,
  trailFacts,
} from '../../support/account-facts.ts';

const HYBRID = { keyEvents: true, triggers: 'hybrid' } as const;
const SCHEDULE = { keyEvents: true, triggers: 'schedule' } as const;

const find = (facts: Partial<AccountFacts>, options: Parameters<typeof findingsOf>[1] = HYBRID) =>
  findingsOf(accountFacts(facts), options);
const notFine = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== 'fine');
/** The only finding that is not fine. */
const only = (
  facts: Partial<AccountFacts>,
  options = HYBRID as Parameters<typeof findingsOf>[1],
) => {
  const found = notFine(find(facts, options));
  expect(found).toHaveLength(1);
  return found[0];
};

const foreign = { TrailARN: 'arn:aws:cloudtrail:us-east-1:210987654321:trail/all' };
const readOnly: Partial<TrailFacts> = {
  selectors: {
    facts: { EventSelectors: [{ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true }] },
  },
};

describe('an account that lacks nothing', () => {
  it('is fine, and says who and where', () => {
    const findings = find({});

    expect(notFine(findings)).toEqual([]);
    expect(findings[0]?.group).toBe('Account');
    expect(findings[0]?.what).toBe(
      '123456789012, partition aws, Region us-east-1, as arn:aws:iam::123456789012:user/alice',
    );
  });
});

describe('the configuration recorder', () => {
  it('is missing: the commands name the account and Region', () => {
    const found = only({ recorders: { facts: [] }, statuses: { facts: [] } });

    expect(found).toMatchObject({ state: 'missing', what: 'there is no configuration recorder' });
    expect(found?.mends?.join('\n')).toContain('roleARN=arn:aws:iam::123456789012:role/');
  });

  it('is missing where a service has one of its own', () => {
    const servicePrincipal = 'observabilityadmin.amazonaws.com';
    const statuses = { facts: [{ name: 'service', recording: true, servicePrincipal }] };

    const found = only({ recorders: { facts: [recorder({ servicePrincipal })] }, statuses });

    expect(found?.what).toBe('there is no configuration recorder');
  });

  it('is missing in an account that is not known', () => {
    const [, found] = notFine(
      find({ recorders: { facts: [] }, identity: refused('sts:GetCallerIdentity') }),
    );

    expect(found?.mends?.join('\n')).toContain('roleARN=arn:<partition>:iam::<account id>:role/');
  });

  it('is not recording', () => {
    const found = only({ statuses: { facts: [{ name: 'default', recording: false }] } });

    expect(found).toMatchObject({
      state: 'missing',
      what: 'the recorder default is not recording',
    });
    expect(found?.mends?.[0]).toContain('start-configuration-recorder --region us-east-1');
  });

  it('does not record users: the command changes this recorder', () => {
    const group = recordingGroup({ resourceTypes: ['AWS::S3::Bucket'] });

    const found = only({ recorders: { facts: [recorder({ recordingGroup: group })] } });

    expect(found).toMatchObject({
      state: 'missing',
      what: 'the recorder default does not record AWS::IAM::User',
    });
    expect(found?.mends?.[0]).toContain('"resourceTypes":["AWS::S3::Bucket","AWS::IAM::User"]');
  });

  it('records users once a day: a note', () => {
    const recordingMode = { recordingFrequency: 'DAILY' } as const;

    const found = only({ recorders: { facts: [recorder({ recordingMode })] } });

    expect(found).toMatchObject({ state: 'note' });
    expect(found?.what).toContain('up to 24 hours late');
  });

  it('cannot record users in a younger Region', () => {
    const found = find({ region: 'eu-south-2' }).find(({ what }) => what.includes('cannot record'));

    expect(found).toMatchObject({ state: 'missing' });
  });

  it('need not record for a rule that has a schedule only, but must be there', () => {
    const group = recordingGroup();
    const statuses = { facts: [{ name: 'default', recording: false }] };
    const recorders = { facts: [recorder({ recordingGroup: group })] };

    const states = notFine(find({ recorders, statuses }, SCHEDULE)).map(({ state }) => state);

    expect(states).toEqual(['note', 'note']);
    expect(only({ recorders: { facts: [] } }, SCHEDULE)).toMatchObject({ state: 'missing' });
  });

  it('could not be read: its status is still told', () => {
    const recorders = refused('config:DescribeConfigurationRecorders');

    const statesWith = (facts: Partial<AccountFacts>) =>
      find({ recorders, ...facts })
        .filter(({ group }) => group === 'AWS Config')
        .map(({ state }) => state);

    expect(statesWith({})).toEqual(['unread', 'fine']);
    expect(statesWith({ statuses: { facts: [] } })).toEqual(['unread']);
  });
});

describe('key events', () => {
  it.each([
    ['aws', 'eu-central-1', 'us-east-1'],
    ['aws-us-gov', 'us-gov-east-1', 'us-gov-west-1'],
    ['aws-cn', 'cn-northwest-1', 'cn-north-1'],
  ])('of %s do not arrive in %s but in %s', (partition, region, iamRegion) => {
    const Arn = `arn:${partition}:iam::123456789012:user/alice`;
    const identity = { facts: { Account: '123456789012', Arn } };

    const found = only({ identity, region, trails: { facts: [] } });

    expect(found).toMatchObject({ state: 'missing' });
    expect(found?.mends).toEqual([`deploy in ${iamRegion}`, 'or deploy with -c keyEvents=false']);
    expect(notFine(find({ identity, region: iamRegion }))).toEqual([]);
  });

  it('of another partition cannot be told', () => {
    const Arn = 'arn:aws-eusc:iam::123456789012:user/alice';

    expect(only({ identity: { facts: { Account: '123456789012', Arn } } })).toMatchObject({
      state: 'unread',
    });
  });

  it('are not looked at when they are not wanted', () => {
    const options = { keyEvents: false, triggers: 'hybrid' } as const;

    expect(only({ region: 'eu-central-1', trails: { facts: [] } }, options)).toMatchObject({
      state: 'note',
    });
  });

  it.each([
    ['none', [], 'no trail reaches us-east-1'],
    [
      'one of another Region',
      [trailFacts({ IsMultiRegionTrail: false, HomeRegion: 'eu-west-1' })],
      'no trail reaches us-east-1',
    ],
    [
      'one without global service events',
      [trailFacts({ IncludeGlobalServiceEvents: false })],
      'events of global services',
    ],
    ['one that stopped', [trailFacts({}, { isLogging: { facts: false } })], 'it is not logging'],
    ['one that logs reads', [trailFacts({}, readOnly)], 'its event selectors leave out'],
  ])('are missing with these trails: %s', (_what, trails, words) => {
    const found = only({ trails: { facts: trails } });

    expect(found).toMatchObject({ state: 'missing' });
    expect(found?.what).toContain(words);
    expect(found?.mends?.length).toBeGreaterThan(1);
  });

  it('keep the selectors that a trail has in the command that adds one', () => {
    const found = only({ trails: { facts: [trailFacts({}, readOnly)] } });
    const field = { Field: 'eventCategory', Equals: ['Data'] };
    const AdvancedEventSelectors = [{ FieldSelectors: [field] }];
    const data = trailFacts({}, { selectors: { facts: { AdvancedEventSelectors } } });

    expect(found?.mends?.[0]).toMatch(
      / --event-selectors '\[\{"ReadWriteType":"ReadOnly".*WriteOnly/,
    );
    expect(only({ trails: { facts: [data] } })?.mends?.[0]).toMatch(
      / --advanced-event-selectors '\[\{"FieldSelectors".*"Data".*"Management"/,
    );
  });

  it('arrive by one trail of several', () => {
    const trails = [
      trailFacts({}, { isLogging: { facts: false } }),
      trailFacts({ Name: 'hidden' }, { selectors: refused('cloudtrail:GetEventSelectors') }),
      trailFacts({ Name: 'good' }),
    ];

    expect(notFine(find({ trails: { facts: trails } }))).toEqual([]);
  });

  it('cannot be told when the only trail left could not be read', () => {
    const hidden = trailFacts(
      { Name: 'hidden' },
      { isLogging: refused('cloudtrail:GetTrailStatus') },
    );
    const stopped = trailFacts({}, { isLogging: { facts: false } });

    const found = only({ trails: { facts: [stopped, hidden] } });

    expect(found).toMatchObject({ state: 'unread' });
    expect(found?.what).toContain('hidden');
  });

  it('are missing when a trail that could be read in part is known not to log', () => {
    const selectors = refused('cloudtrail:GetEventSelectors');
    const stopped = trailFacts({}, { isLogging: { facts: false }, selectors });

    expect(only({ trails: { facts: [stopped] } })).toMatchObject({ state: 'missing' });
  });
});

describe("an organization's trail", () => {
  const selectors = refused('cloudtrail:GetEventSelectors');

  it('counts as one that has no selectors of its own when it says so', () => {
    const facts = [trailFacts({ ...foreign, HasCustomEventSelectors: false }, { selectors })];

    expect(notFine(find({ trails: { facts } }))).toEqual([]);
  });

  it.each([true, undefined])('cannot be told when it has (%s)', (HasCustomEventSelectors) => {
    const facts = [trailFacts({ ...foreign, HasCustomEventSelectors }, { selectors })];

    const found = only({ trails: { facts } });

    expect(found).toMatchObject({ state: 'unread' });
    expect(found?.why).toContain('cloudtrail:GetEventSelectors in the account 210987654321');
  });

  it('is read, not guessed, in its own account', () => {
    const facts = [trailFacts({ HasCustomEventSelectors: false }, { selectors })];

    expect(only({ trails: { facts } })).toMatchObject({ state: 'unread' });
    expect(
      notFine(find({ trails: { facts }, identity: refused('sts:GetCallerIdentity') })),
    ).toHaveLength(2);
  });

  it('is mended in the account that owns it', () => {
    const facts = [trailFacts(foreign, { isLogging: { facts: false } })];

    expect(only({ trails: { facts } })?.mends?.[0]).toMatch(
      /^in the account 210987654321: aws cloudtrail start-logging /,
    );
  });
});

describe('Security Hub CSPM', () => {
  it('is a note when it is off', () => {
    expect(only({ isSecurityHubOn: { facts: false } })).toEqual({
      group: 'Security Hub CSPM',
      state: 'note',
      what: 'it is off: the results stay in AWS Config, which is all that the rule needs',
      mends: ['aws securityhub enable-security-hub --region us-east-1'],
    });
    expect(find({}).at(-1)).toEqual({
      group: 'Security Hub CSPM',
      state: 'fine',
      what: 'it is on',
    });
  });

  it('is missing when it is off and is to be told of violations', () => {
    const wanted = { ...HYBRID, securityHubFindings: true };
    expect(only({ isSecurityHubOn: { facts: false } }, wanted)).toEqual({
      group: 'Security Hub CSPM',
      state: 'missing',
      what: 'it is off',
      why: 'without it no finding can be imported, and each try fails (InvalidAccessException)',
      mends: [
        'aws securityhub enable-security-hub --region us-east-1',
        'or deploy with -c securityHubFindings=false',
      ],
    });
    expect(notFine(find({ isSecurityHubOn: { facts: true } }, wanted))).toEqual([]);
  });
});

describe('what could not be read', () => {
  it.each([
    ['identity', 'sts:GetCallerIdentity', 'account and partition (Region us-east-1)'],
    ['recorders', 'config:DescribeConfigurationRecorders', 'the configuration recorder'],
    ['statuses', 'config:DescribeConfigurationRecorderStatus', 'whether the recorder is recording'],
    ['trails', 'cloudtrail:DescribeTrails', ''],
    ['users', 'iam:GetAccountSummary', ''],
    ['isSecurityHubOn', 'securityhub:DescribeHub', 'whether it is on'],
  ])('%s: neither fine nor missing, and names %s', (member, action, what) => {
    const found = only({ [member]: refused(action) });

    expect(found).toMatchObject({ state: 'unread', why: `it needs the permission ${action}` });
    expect(found?.what).toContain(`${what}: could not be read (AccessDenied: no)`);
  });
});

describe('partitionOf', () => {
  it.each([
    ['arn:aws-cn:iam::123456789012:user/alice', 'aws-cn'],
    ['alice', ''],
  ])('%s: %j', (arn, partition) => {
    expect(partitionOf(arn)).toBe(partition);
  });
});

describe('exitCodeOf', () => {
  const finding = (state: Finding['state']): Finding => ({ group: 'Account', state, what: '' });

  it.each([
    [0, []],
    [0, ['fine', 'note']],
    [1, ['fine', 'missing']],
    [2, ['fine', 'unread', 'note']],
    [1, ['unread', 'missing']],
  ] as const)('%i for %j', (code, states) => {
    expect(exitCodeOf(states.map(finding))).toBe(code);
  });
});

describe('quoteJson', () => {
  it('is taken by a shell as it was, quotes included', () => {
    expect(quoteJson({ Name: "Bob's" })).toBe(String.raw`'{"Name":"Bob'\''s"}'`);
  });
});
