import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as v from 'valibot';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { at } from '../../support/build.ts';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const Looked = v.object({
  Events: v.array(
    v.looseObject({ EventId: v.string(), EventName: v.string(), CloudTrailEvent: v.string() }),
  ),
  NextToken: v.optional(v.string()),
});

let account: ClockedAccount;
beforeEach(async () => {
  account = await createClockedAccount();
});

/** Looks up events half a second after the last request, within the limit of LookupEvents. */
const lookup = async (input: object = {}) => {
  account.advance(SECOND / 2);
  return v.parse(Looked, await account.ask('cloudtrail', 'LookupEvents', input));
};
const by = (AttributeKey: string, AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});
const named = { AttributeKey: 'EventName', AttributeValue: 'CreateUser' };
const names = async (input: object = {}) =>
  (await lookup(input)).Events.map(({ EventName }) => EventName);

const createUsers = async (count: number) => {
  for (let index = 0; index < count; index += 1)
    await account.ask('iam', 'CreateUser', { UserName: `user-${index}` });
};

describe('LookupEvents', () => {
  it('returns events, newest first, with the record as JSON', async () => {
    await createUsers(1);
    account.advance(SECOND);
    await account.ask('iam', 'DeleteUser', { UserName: 'user-0' });

    const { Events } = await lookup();

    expect(Events.map(({ EventName }) => EventName)).toEqual(['DeleteUser', 'CreateUser']);
    expect(Events[1]).toEqual({
      EventId: expect.any(String),
      EventName: 'CreateUser',
      ReadOnly: 'false',
      AccessKeyId: 'AKIALOCALOPERATOR000',
      EventTime: at,
      EventSource: 'iam.amazonaws.com',
      Username: 'operator',
      Resources: [],
      CloudTrailEvent: expect.any(String),
    });
    expect(JSON.parse(Events[1]?.CloudTrailEvent ?? '')).toMatchObject({
      eventID: Events[1]?.EventId,
      requestParameters: { userName: 'user-0' },
    });
  });

  it('filters by one attribute', async () => {
    await createUsers(1);
    await account.ask('iam', 'DeleteUser', { UserName: 'user-0' });
    const [{ EventId = '' } = {}] = (await lookup(by('EventName', 'CreateUser'))).Events;

    expect(await names(by('EventId', EventId))).toEqual(['CreateUser']);
    expect(await names(by('EventName', 'UpdateUser'))).toEqual([]);
    expect(await names(by('Username', 'operator'))).toHaveLength(2);
    expect(await names(by('Username', 'user-0'))).toEqual([]);
    expect(await names(by('ReadOnly', 'false'))).toHaveLength(2);
    expect(await names(by('ReadOnly', 'true'))).toEqual([]);
    expect(await names(by('EventSource', 'iam.amazonaws.com'))).toHaveLength(2);
    expect(await names(by('AccessKeyId', 'AKIALOCALOPERATOR000'))).toHaveLength(2);
  });

  it('filters by time, both bounds inclusive', async () => {
    await createUsers(1);
    const seconds = at.getTime() / SECOND;

    expect(await names({ StartTime: seconds, EndTime: seconds })).toHaveLength(1);
    expect(await names({ StartTime: seconds + 1 })).toEqual([]);
    expect(await names({ EndTime: seconds - 1 })).toEqual([]);
  });

  it('returns events of the last 90 days', async () => {
    await createUsers(1);
    account.advance(90 * DAY - SECOND / 2);
    expect(await names()).toHaveLength(1);

    account.advance(1);
    expect(await names()).toEqual([]);
  });

  it('returns 50 events per page, or the requested number, and every event once', async () => {
    await createUsers(51);

    const first = await lookup();
    const second = await lookup({ NextToken: first.NextToken });

    expect([first.Events.length, second.Events.length]).toEqual([50, 1]);
    expect(second.NextToken).toBeUndefined();
    const ids = [...first.Events, ...second.Events].map(({ EventId }) => EventId);
    expect(new Set(ids).size).toBe(51);
    expect((await lookup({ MaxResults: 1 })).Events).toHaveLength(1);
  });

  it('accepts a token only with the same request', async () => {
    await createUsers(2);
    const { NextToken } = await lookup({ MaxResults: 1 });

    const other = lookup({ MaxResults: 1, NextToken, StartTime: 0 });
    await expect(other).rejects.toMatchObject({ code: 'InvalidNextTokenException' });
  });

  it.each([
    [{ MaxResults: 0 }, 'InvalidMaxResultsException'],
    [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
    [{ StartTime: 2, EndTime: 1 }, 'InvalidTimeRangeException'],
    [by('ResourceName', 'AKIAIOSFODNN7EXAMPLE'), 'InvalidLookupAttributesException'],
    [by('ResourceType', 'AWS::IAM::User'), 'InvalidLookupAttributesException'],
    [by('EventVersion', '1.11'), 'InvalidLookupAttributesException'],
    [{ LookupAttributes: [named, named] }, 'InvalidLookupAttributesException'],
    [{ NextToken: 'nonsense' }, 'InvalidNextTokenException'],
    [{ EventCategory: 'insight' }, 'ValidationException'],
  ])('refuses %j', async (input, code) => {
    await expect(lookup(input)).rejects.toMatchObject({ code });
  });

  it('allows two requests per second', async () => {
    const ask = () => account.ask('cloudtrail', 'LookupEvents');
    await ask();
    account.advance(400);
    await ask();
    account.advance(599);

    await expect(ask()).rejects.toMatchObject({ code: 'ThrottlingException' });

    account.advance(1);
    await ask();
  });

  it('uses AWS JSON with times in seconds', async () => {
    await createUsers(1);
    const prefix = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';

    const answer = await account.post('{"MaxResults":1}', {
      'x-amz-target': `${prefix}.LookupEvents`,
      'content-type': 'application/x-amz-json-1.1',
    });

    expect(await answer.json()).toMatchObject({ Events: [{ EventTime: at.getTime() / SECOND }] });
  });
});

describe('the history of IAM', () => {
  const clientOf = ({ clientConfig }: ClockedAccount, region: string) => {
    const client = new CloudTrailClient({ ...clientConfig, region });
    onTestFinished(() => client.destroy());
    return client;
  };
  const namesIn = async (served: ClockedAccount, region: string) => {
    const { Events = [] } = await clientOf(served, region).send(new LookupEventsCommand());
    return Events.map(({ EventName }) => EventName);
  };

  it('is found in the Region of IAM, even if the account is in another Region', async () => {
    const elsewhere = await createClockedAccount({ region: 'eu-central-1' });
    await elsewhere.ask('iam', 'CreateUser', { UserName: 'alice' });

    expect(await namesIn(elsewhere, 'us-east-1')).toEqual(['CreateUser']);
    expect(await namesIn(elsewhere, 'eu-central-1')).toEqual([]);
    expect(await namesIn(elsewhere, 'us-gov-west-1')).toEqual([]);
  });

  it.each([
    ['us-east-1', 1],
    ['eu-central-1', 0],
  ])(
    'is read by an unsigned request in the Region of the account, %s: %d events',
    async (region, count) => {
      const unsigned = await createClockedAccount({ region });
      await unsigned.ask('iam', 'CreateUser', { UserName: 'alice' });

      const answer = v.parse(Looked, await unsigned.ask('cloudtrail', 'LookupEvents'));

      expect(answer.Events).toHaveLength(count);
    },
  );

  it('is throttled per Region', async () => {
    const ask = (region: string) =>
      account.call({
        ...{ service: 'cloudtrail', operation: 'LookupEvents', input: {}, principal: 'operator' },
        region,
      } as const);
    await ask('us-east-1');
    await ask('us-east-1');

    await ask('eu-central-1');

    await expect(ask('us-east-1')).rejects.toMatchObject({ code: 'ThrottlingException' });
  });
});
