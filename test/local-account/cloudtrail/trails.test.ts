import {
  CloudTrailClient,
  DescribeTrailsCommand,
  type DescribeTrailsRequest,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';
import type { LocalTrail } from './trails.ts';

let account: ClockedAccount;
let client: CloudTrailClient;
beforeEach(async () => {
  account = await createClockedAccount();
  client = new CloudTrailClient(account.clientConfig);
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

const notFound = { name: 'TrailNotFoundException' };

const namesOf = async (input: DescribeTrailsRequest = {}) =>
  (await client.send(new DescribeTrailsCommand(input))).trailList?.map(({ Name }) => Name);
const isLogging = async (Name: string) =>
  (await client.send(new GetTrailStatusCommand({ Name }))).IsLogging;
const selectors = (TrailName: string) => client.send(new GetEventSelectorsCommand({ TrailName }));

describe('trails', () => {
  it('start with one that logs all management events of every Region', async () => {
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
    const answer = await account.post('{}', { 'x-amz-target': `${prefix}.DescribeTrails` });

    expect(await answer.json()).toMatchObject({ trailList: [{ Name: 'management-events' }] });
  });

  it('include shadow trails unless the request excludes them', async () => {
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

  it('of another Region or account are found only by their ARN', async () => {
    put({ ...shadow, Name: 'shadow', isLogging: false }, foreign);

    expect(await isLogging(shadow.TrailARN)).toBe(false);
    expect(await isLogging(foreign.TrailARN)).toBe(true);
    for (const name of ['shadow', 'organization'])
      await expect(isLogging(name)).rejects.toMatchObject(notFound);
  });

  it('of another account do not show their selectors', async () => {
    put(foreign);

    await expect(selectors(foreign.TrailARN)).rejects.toMatchObject(notFound);
  });

  it.each(['ab', 'two..dots', '-begins', 'x'.repeat(129)])(
    'cannot have the name %j',
    async (name) => {
      await expect(isLogging(name)).rejects.toMatchObject({ name: 'InvalidTrailNameException' });
      await expect(selectors(name)).rejects.toMatchObject({ name: 'InvalidTrailNameException' });
    },
  );

  it('show their selectors, basic or advanced', async () => {
    const FieldSelectors = [{ Field: 'eventCategory', Equals: ['Management'] }];
    put({ AdvancedEventSelectors: [{ FieldSelectors }] });

    const answer = await selectors('management-events');

    expect(answer.AdvancedEventSelectors).toEqual([{ FieldSelectors }]);
    expect(answer.EventSelectors).toBeUndefined();
    expect(() => put({ AdvancedEventSelectors: [], EventSelectors: [] })).toThrow('got both');
  });
});

describe('isLogging', () => {
  const category = { Field: 'eventCategory', Equals: ['Management'] };
  const data = { Field: 'eventCategory', Equals: ['Data'] };
  const readOnly = (value: string) => ({ Field: 'readOnly', Equals: [value] });
  const advanced = (...FieldSelectors: object[]) =>
    ({ AdvancedEventSelectors: [{ FieldSelectors }] }) as Partial<LocalTrail>;

  it.each<[boolean, string, Partial<LocalTrail>[]]>([
    [true, 'the default trail', [{}]],
    [false, 'no trail', []],
    [false, 'a stopped trail', [{ isLogging: false }]],
    [true, 'one of two trails', [{ isLogging: false }, {}]],
    [false, 'a trail without global service events', [{ IncludeGlobalServiceEvents: false }]],
    [false, 'a trail of another Region', [{ ...shadow, IsMultiRegionTrail: false }]],
    [true, 'a multi-Region trail', [shadow]],
    [true, 'an organization trail', [foreign]],
    [false, 'a trail of read events', [{ EventSelectors: [{ ReadWriteType: 'ReadOnly' }] }]],
    [true, 'a trail of write events', [{ EventSelectors: [{ ReadWriteType: 'WriteOnly' }] }]],
    [false, 'a trail of data events', [{ EventSelectors: [{ IncludeManagementEvents: false }] }]],
    [true, 'advanced selectors of management events', [advanced(category)]],
    [true, 'advanced selectors of write events', [advanced(category, readOnly('false'))]],
    [false, 'advanced selectors of read events', [advanced(category, readOnly('true'))]],
    [false, 'advanced selectors of data events', [advanced(data)]],
  ])('is %s with %s', (expected, _what, trails) => {
    put(...trails);

    expect(account.cloudtrail.trails.isLogging()).toBe(expected);
  });
});
