import { describe, expect, it } from 'vitest';
import { keyEventFindings } from '../../../infra/preflight/key-event-findings.ts';
import type { AccountFacts, TrailFacts } from '../../../infra/preflight/read-account.ts';
import { accountFacts, refused, trailFacts } from '../../support/account-facts.ts';

const find = (facts: Partial<AccountFacts>, keyEvents = true) =>
  keyEventFindings(accountFacts(facts), { keyEvents, triggers: 'schedule' });
/** What is said of these trails. */
const ofTrails = (...trails: readonly TrailFacts[]) => find({ trails: { facts: trails } })[1];

const group = 'Key events';
const why =
  'key events do not arrive: a new or reactivated key is found by the schedule only, up to a day later';
const WITHOUT = 'or deploy with -c keyEvents=false';
const stopped = (Name: string) => trailFacts({ Name }, { isLogging: { facts: false } });
const start =
  'aws cloudtrail start-logging --region us-east-1 --name arn:aws:cloudtrail:us-east-1:123456789012:trail/all';

describe('what a person reads of key events', () => {
  it('is where they arrive, and by which trail', () => {
    expect(find({}).slice(0, 2)).toEqual([
      {
        group,
        state: 'fine',
        what: "us-east-1 is the Region of IAM's control plane in the partition aws",
      },
      { group, state: 'fine', what: 'the trail all logs key events' },
    ]);
  });

  it('is that nobody wants them', () => {
    expect(find({}, false)).toEqual([
      { group, state: 'note', what: 'not wanted (keyEvents=false)' },
    ]);
  });

  it('is where to deploy, and nothing of trails, in another Region', () => {
    expect(find({ region: 'eu-west-1', trails: { facts: [] } })).toEqual([
      {
        group,
        state: 'missing',
        what: "eu-west-1 is not the Region of IAM's control plane, which is us-east-1",
        why,
        mends: ['deploy in us-east-1', WITHOUT],
      },
    ]);
  });

  it('is that nobody can tell, in a partition that is not known', () => {
    const Arn = 'arn:aws-eusc:iam::123456789012:user/alice';
    const [first, second] = find({ identity: { facts: { Account: '123456789012', Arn } } });
    expect(first).toEqual({
      group,
      state: 'unread',
      what: "the Region of IAM's control plane in the partition aws-eusc is not known: whether key events arrive in us-east-1 cannot be told",
      mends: ['deploy with -c keyEvents=false, unless you know that they do'],
    });
    expect(second).toMatchObject({ state: 'fine' });
  });

  it('is how a trail is made where none reaches the Region', () => {
    expect(ofTrails(trailFacts({ IsMultiRegionTrail: false, HomeRegion: 'eu-west-1' }))).toEqual({
      group,
      state: 'missing',
      what: 'no trail reaches us-east-1',
      why,
      mends: [
        'aws cloudtrail create-trail --region us-east-1 --name management-events --is-multi-region-trail --s3-bucket-name <bucket>',
        'aws cloudtrail start-logging --region us-east-1 --name management-events',
        WITHOUT,
      ],
    });
  });

  it('is what is wrong with each trail, and how the first is mended', () => {
    const withoutGlobal = trailFacts({ Name: 'other', IncludeGlobalServiceEvents: false });
    expect(ofTrails(stopped('one'), withoutGlobal)).toEqual({
      group,
      state: 'missing',
      what: 'no trail logs the management events of IAM that write (one: it is not logging; other: it leaves out the events of global services, of which IAM is one)',
      why,
      mends: [start, WITHOUT],
    });
    expect(ofTrails(withoutGlobal)?.mends).toEqual([
      'aws cloudtrail update-trail --region us-east-1 --name arn:aws:cloudtrail:us-east-1:123456789012:trail/all --include-global-service-events',
      WITHOUT,
    ]);
  });

  it('is which selectors mend a trail', () => {
    const EventSelectors = [{ ReadWriteType: 'ReadOnly' as const, IncludeManagementEvents: true }];
    const selectors = { facts: { EventSelectors } };
    expect(ofTrails(trailFacts({}, { selectors }))).toEqual({
      group,
      state: 'missing',
      what: 'no trail logs the management events of IAM that write (all: its event selectors leave out management events of IAM that write)',
      why,
      mends: [
        'aws cloudtrail put-event-selectors --region us-east-1 --trail-name arn:aws:cloudtrail:us-east-1:123456789012:trail/all --event-selectors \'[{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true},{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}]\'',
        WITHOUT,
      ],
    });
  });

  it('is what could not be read', () => {
    const unread = (what: string, action: string) => ({
      group,
      state: 'unread',
      what: `${what}: could not be read (AccessDenied: no)`,
      why: `it needs the permission ${action}`,
    });
    expect(find({ trails: refused('cloudtrail:DescribeTrails') })[1]).toEqual(
      unread('the trails', 'cloudtrail:DescribeTrails'),
    );
    const isLogging = refused('cloudtrail:GetTrailStatus');
    expect(ofTrails(stopped('one'), trailFacts({ Name: 'hidden' }, { isLogging }))).toEqual(
      unread('whether the trail hidden logs key events', 'cloudtrail:GetTrailStatus'),
    );
  });
});
