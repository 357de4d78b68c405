import {
  GetAccountSummaryCommand,
  GetUserCommand,
  IAMClient,
  ListUserTagsCommand,
  paginateListUserTags,
  TagUserCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

let account: ClockedAccount;
let client: IAMClient;
beforeEach(async () => {
  account = await createClockedAccount({ pageSize: 2 });
  client = new IAMClient(account.clientConfig);
  account.iam.seedUser({ UserName: 'alice', tags: { Team: 'red' } });
});

const UserName = 'alice';
const tags = async () => {
  const pages = [];
  for await (const { Tags = [] } of paginateListUserTags({ client }, { UserName }))
    pages.push(...Tags.map(({ Key, Value }) => `${Key}=${Value}`));
  return pages;
};

describe('the tags of a user', () => {
  it('are added, replaced and removed by case-insensitive keys, and listed in pages', async () => {
    const Tags = [
      { Key: 'team', Value: 'blue' },
      { Key: 'keys-until', Value: '' },
      { Key: 'Zone', Value: 'a b' },
    ];
    await client.send(new TagUserCommand({ UserName, Tags }));
    expect(await tags()).toEqual(['Zone=a b', 'keys-until=', 'team=blue']);

    await client.send(new UntagUserCommand({ UserName, TagKeys: ['TEAM', 'unknown'] }));
    expect(await tags()).toEqual(['Zone=a b', 'keys-until=']);
  });

  it('are returned by GetUser', async () => {
    const { User } = await client.send(new GetUserCommand({ UserName }));
    expect(User?.Tags).toEqual([{ Key: 'Team', Value: 'red' }]);
  });

  it('are limited to 50', async () => {
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
  ])('cannot include %j', async (tag) => {
    const tagged = client.send(new TagUserCommand({ UserName, Tags: [tag] }));
    await expect(tagged).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('belong to an existing user', async () => {
    const listed = client.send(new ListUserTagsCommand({ UserName: 'unknown' }));
    await expect(listed).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('are recorded by CloudTrail when they change', async () => {
    const Tags = [{ Key: 'keys-until', Value: '2026-12-31' }];
    await client.send(new TagUserCommand({ UserName, Tags }));
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

describe('the account summary', () => {
  it('counts users and access keys of the root user', async () => {
    account.iam.rootUser.accessKeys = 1;
    account.iam.seedUser({ UserName: 'bob' });
    const { SummaryMap } = await client.send(new GetAccountSummaryCommand());
    expect(SummaryMap).toMatchObject({
      Users: 2,
      UsersQuota: 5_000,
      AccountAccessKeysPresent: 1,
    });
  });
});
