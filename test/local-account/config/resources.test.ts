import {
  ListDiscoveredResourcesCommand,
  paginateListDiscoveredResources,
} from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedAccount, serveAccount } from '../../support/served-account.ts';

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
});
afterEach(() => account.close());

const config = () => account.configClient;

describe('discovered resources', () => {
  const resourceType = 'AWS::IAM::User';

  it('are the users, in pages', async () => {
    const users = ['alice', 'bob', 'carol'].map((UserName) => account.iam.seedUser({ UserName }));

    const found: unknown[] = [];
    for await (const page of paginateListDiscoveredResources(
      { client: config() },
      { resourceType },
    ))
      found.push(...(page.resourceIdentifiers ?? []));

    const expected = users.map(({ UserId, UserName }) => ({
      resourceType,
      resourceId: UserId,
      resourceName: UserName,
    }));
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(expected));
  });

  it('are found by id or by name, not by both', async () => {
    const alice = account.iam.seedUser({ UserName: 'alice' });
    account.iam.seedUser({ UserName: 'bob' });
    const list = (given: { resourceIds?: string[]; resourceName?: string }) =>
      config().send(new ListDiscoveredResourcesCommand({ resourceType, ...given }));

    const byId = await list({ resourceIds: [alice.UserId, 'AIDAUNKNOWN'] });
    const byName = await list({ resourceName: 'alice' });

    expect(byId.resourceIdentifiers).toMatchObject([{ resourceName: 'alice' }]);
    expect(byName.resourceIdentifiers).toMatchObject([{ resourceId: alice.UserId }]);
    await expect(list({ resourceIds: ['a'], resourceName: 'b' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await list({ resourceIds: Array.from({ length: 20 }, () => 'a') });
    await expect(
      list({ resourceIds: Array.from({ length: 21 }, () => 'a') }),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
