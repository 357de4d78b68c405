import {
  CloudTrailClient,
  DescribeTrailsCommand,
  type DescribeTrailsRequest,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalAccount, type LocalAccount } from '../account.ts';
import type { LocalTrail } from './trails.ts';

let account: LocalAccount;
let client: CloudTrailClient;
beforeEach(async () => {
  account = await createLocalAccount();
  client = new CloudTrailClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await account.close();
});

const put = (...trails: Partial<LocalTrail>[]) =>
  account.cloudtrail.trails.put(
    trails.map((trail) => ({ ...account.cloudtrail.trails.usual, ...trail })),
  );
const arnOf = (region: string, owner: string, name: string) =>
  `arn:aws:cloudtrail:${region}:${owner}:trail/${name}`;
const shadow = { HomeRegion: 'eu-west-1', TrailARN: arnOf('eu-west-1', '123456789012', 'shadow') };
const foreign = {
  Name: 'organization',
  TrailARN: arnOf('us-east-1', '210987654321', 'organization'),
  IsOrganizationTrail: true,
};

const namesOf = async (input: DescribeTrailsRequest = {}) =>
  (await client.send(new DescribeTrailsCommand(input))).trailList?.map(({ Name }) => Name);
const isLogging = async (Name: string) =>
  (await client.send(new GetTrailStatusCommand({ Name }))).IsLogging;
const selectors = (TrailName: string) => client.send(new GetEventSelectorsCommand({ TrailName }));

describe('trails', () => {
  it('are one that logs all management events of every Region', async () => {
    const { trailList } = await client.send(new DescribeTrailsCommand());

    expect(trailList).toMatchObject([
      {
        Name: 'management-events',
        HomeRegion: 'us-east-1',
        IsMultiRegionTrail: true,
        IncludeGlobalServiceEvents: true,
        HasCustomEventSelectors: false,
      },
    ]);
    expect(trailList?.[0]).not.toHaveProperty('isLogging');
    expect(await isLogging('management-events')).toBe(true);
    expect((await selectors('management-events')).EventSelectors).toMatchObject([
      { ReadWriteType: 'All', IncludeManagementEvents: true },
    ]);
  });

  it.each([
    ['the SDK for JavaScript', 'CloudTrail_20131101'],
    ['boto3 and the AWS CLI', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'],
  ])('are described to %s', async (_client, prefix) => {
    const answer = await fetch(account.endpoint, {
      method: 'POST',
      body: '{}',
      headers: {
        'x-amz-target': `${prefix}.DescribeTrails`,
        authorization: 'AWS4-HMAC-SHA256 Credential=ANYBODY/20260131/us-east-1/c/aws4_request',
      },
    });

    expect(await answer.json()).toMatchObject({ trailList: [{ Name: 'management-events' }] });
  });

  it('are those of this Region and the shadows of others, unless they are not wanted', async () => {
    put(
      {},
      { ...shadow, Name: 'shadow' },
      { ...shadow, Name: 'elsewhere', IsMultiRegionTrail: false },
      foreign,
    );

    expect(await namesOf()).toEqual(['management-events', 'shadow', 'organization']);
    expect(await namesOf({ includeShadowTrails: false })).toEqual(['management-events']);
    expect(await namesOf({ trailNameList: ['shadow', 'management-events'] })).toEqual([
      'management-events',
    ]);
    expect(await namesOf({ trailNameList: [shadow.TrailARN] })).toEqual(['shadow']);
  });

  it('of another Region or account are known by their ARN alone', async () => {
    put({ ...shadow, Name: 'shadow', isLogging: false }, foreign);

    expect(await isLogging(shadow.TrailARN)).toBe(false);
    expect(await isLogging(foreign.TrailARN)).toBe(true);
    await expect(isLogging('shadow')).rejects.toMatchObject({ name: 'TrailNotFoundException' });
    await expect(isLogging('organization')).rejects.toMatchObject({
      name: 'TrailNotFoundException',
    });
  });

  it('of another account keep their selectors to themselves', async () => {
    put(foreign);

    await expect(selectors(foreign.TrailARN)).rejects.toMatchObject({
      name: 'TrailNotFoundException',
    });
  });

  it.each(['ab', 'two..dots', '-begins', 'x'.repeat(129)])('refuses the name %j', async (name) => {
    await expect(isLogging(name)).rejects.toMatchObject({ name: 'InvalidTrailNameException' });
    await expect(selectors(name)).rejects.toMatchObject({ name: 'InvalidTrailNameException' });
  });

  it('answer selectors in the form that they have', async () => {
    const FieldSelectors = [{ Field: 'eventCategory', Equals: ['Management'] }];
    put({ AdvancedEventSelectors: [{ FieldSelectors }] });

    const answer = await selectors('management-events');

    expect(answer.AdvancedEventSelectors).toEqual([{ FieldSelectors }]);
    expect(answer.EventSelectors).toBeUndefined();
    expect(() => put({ AdvancedEventSelectors: [], EventSelectors: [] })).toThrow('got both');
    expect(() => put({ EventSelectors: Array.from({ length: 6 }, () => ({})) })).toThrow();
  });
});

describe('isLogging', () => {
  const category = { Field: 'eventCategory', Equals: ['Management'] };
  const advanced = (...FieldSelectors: object[]) =>
    ({ AdvancedEventSelectors: [{ FieldSelectors }] }) as Partial<LocalTrail>;

  it.each<[boolean, string, Partial<LocalTrail>[]]>([
    [true, 'the usual trail', [{}]],
    [false, 'no trail', []],
    [false, 'a stopped one', [{ isLogging: false }]],
    [true, 'one of two', [{ isLogging: false }, {}]],
    [false, 'one without global service events', [{ IncludeGlobalServiceEvents: false }]],
    [false, 'one of another Region', [{ ...shadow, IsMultiRegionTrail: false }]],
    [true, 'one of every Region', [shadow]],
    [true, "an organization's", [foreign]],
    [false, 'one that logs reads', [{ EventSelectors: [{ ReadWriteType: 'ReadOnly' }] }]],
    [true, 'one that logs writes', [{ EventSelectors: [{ ReadWriteType: 'WriteOnly' }] }]],
    [false, 'one of data events', [{ EventSelectors: [{ IncludeManagementEvents: false }] }]],
    [true, 'advanced selectors', [advanced(category)]],
    [true, 'of writes', [advanced(category, { Field: 'readOnly', Equals: ['false'] })]],
    [false, 'of reads', [advanced(category, { Field: 'readOnly', Equals: ['true'] })]],
    [false, 'of data', [advanced({ Field: 'eventCategory', Equals: ['Data'] })]],
  ])('%s: %s', (expected, _what, trails) => {
    put(...trails);

    expect(account.cloudtrail.trails.isLogging()).toBe(expected);
  });
});
