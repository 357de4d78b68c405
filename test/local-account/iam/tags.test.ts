import {
  GetAccountSummaryCommand,
  GetUserCommand,
  IAMClient,
  ListUserTagsCommand,
  paginateListUserTags,
  TagUserCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../support/build.ts';
import { createLocalAccount, type LocalAccount } from '../account.ts';

let account: LocalAccount;
let client: IAMClient;
beforeEach(async () => {
  account = await createLocalAccount({ now: () => at, pageSize: 2 });
  client = new IAMClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  account.iam.seedUser({ UserName: 'alice', tags: { Team: 'red' } });
});
afterEach(async () => {
  client.destroy();
  await account.close();
});

const UserName = 'alice';
const tags = async () => {
  const pages = [];
  for await (const { Tags = [] } of paginateListUserTags({ client }, { UserName }))
    pages.push(...Tags.map(({ Key, Value }) => `${Key}=${Value}`));
  return pages;
};

describe('the tags of a user', () => {
  it('are listed in pages, set, replaced whatever the case of their key, and taken away', async () => {
    const Tags = [
      { Key: 'team', Value: 'blue' },
      { Key: 'keys-until', Value: '' },
      { Key: 'Zone', Value: 'a b' },
    ];
    await client.send(new TagUserCommand({ UserName, Tags }));
    expect(await tags()).toEqual(['Zone=a b', 'keys-until=', 'team=blue']);

    await client.send(new UntagUserCommand({ UserName, TagKeys: ['TEAM', 'nobody-has-it'] }));
    expect(await tags()).toEqual(['Zone=a b', 'keys-until=']);
  });

  it('are told by GetUser', async () => {
    const { User } = await client.send(new GetUserCommand({ UserName }));
    expect(User?.Tags).toEqual([{ Key: 'Team', Value: 'red' }]);
  });

  it('are at most fifty', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `key-${index}`, Value: 'v' }));
    await client.send(new TagUserCommand({ UserName, Tags: many(49) }));
    await expect(client.send(new TagUserCommand({ UserName, Tags: many(50) }))).rejects.toThrow(
      'TagsPerUser',
    );
  });

  it.each([
    { Key: '', Value: 'v' },
    { Key: 'k'.repeat(129), Value: 'v' },
    { Key: 'k*', Value: 'v' },
  ])('refuse %j', async (tag) => {
    await expect(client.send(new TagUserCommand({ UserName, Tags: [tag] }))).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  it('belong to a user that exists', async () => {
    await expect(
      client.send(new ListUserTagsCommand({ UserName: 'nobody' })),
    ).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('that change are an event', async () => {
    const Tags = [{ Key: 'keys-until', Value: '2026-12-31' }];
    await client.send(new TagUserCommand({ UserName, Tags }));
    await account.settled();
    expect(account.cloudtrail.history.map(({ record }) => record)).toMatchObject([
      {
        eventName: 'TagUser',
        requestParameters: {
          userName: 'alice',
          tags: [{ key: 'keys-until', value: '2026-12-31' }],
        },
      },
    ]);
  });
});

describe('the summary of an account', () => {
  it('counts its users', async () => {
    account.iam.seedUser({ UserName: 'bob' });
    const { SummaryMap } = await client.send(new GetAccountSummaryCommand());
    expect(SummaryMap).toMatchObject({ Users: 2, UsersQuota: 5_000 });
  });
});
