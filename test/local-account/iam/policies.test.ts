import {
  AttachUserPolicyCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  IAMClient,
  ListAttachedUserPoliciesCommand,
  paginateListAttachedUserPolicies,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

let account: ClockedAccount;
let client: IAMClient;
beforeEach(async () => {
  account = await createClockedAccount({ pageSize: 2 });
  client = new IAMClient(account.clientConfig);
  account.iam.seedUser({ UserName: 'alice', attachedPolicies: [arnOf('ReadOnlyAccess')] });
});

const UserName = 'alice';
const arnOf = (name: string, owner = 'aws') => `arn:aws:iam::${owner}:policy/${name}`;
const attach = (PolicyArn: string) =>
  client.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
const detach = (PolicyArn: string) =>
  client.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
const listed = async () => {
  const policies = [];
  for await (const page of paginateListAttachedUserPolicies({ client }, { UserName }))
    policies.push(...(page.AttachedPolicies ?? []));
  return policies;
};

describe('the managed policies of a user', () => {
  it('are attached once, listed in pages, and detached', async () => {
    const own = arnOf('team/A', '123456789012');
    for (const arn of [arnOf('job-function/Billing'), own, own]) await attach(arn);
    expect(await listed()).toEqual([
      { PolicyName: 'A', PolicyArn: own },
      { PolicyName: 'Billing', PolicyArn: arnOf('job-function/Billing') },
      { PolicyName: 'ReadOnlyAccess', PolicyArn: arnOf('ReadOnlyAccess') },
    ]);

    await detach(own);
    expect(await listed()).toHaveLength(2);
    await expect(detach(own)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('are limited to ten', async () => {
    for (let index = 1; index < 10; index += 1) await attach(arnOf(`P${index}`));
    await attach(arnOf('P9'));
    await expect(attach(arnOf('P10'))).rejects.toThrow('PoliciesPerUser');
  });

  it.each(['', 'ReadOnlyAccess', 'arn:aws:iam::aws:role/A', 'arn:aws:iam::12:policy/A'])(
    'have an ARN of a policy, not %j',
    async (arn) => {
      await expect(attach(arn)).rejects.toMatchObject({ name: 'ValidationError' });
    },
  );

  it('belong to an existing user', async () => {
    const input = { UserName: 'unknown' };
    const list = client.send(new ListAttachedUserPoliciesCommand(input));
    await expect(list).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('have to be detached before the user is deleted', async () => {
    const remove = () => client.send(new DeleteUserCommand({ UserName }));
    await expect(remove()).rejects.toThrow('must detach all policies first');
    await detach(arnOf('ReadOnlyAccess'));
    await remove();
    expect(account.iam.users.size).toBe(0);
  });

  it('are recorded by CloudTrail when they change', async () => {
    await attach(arnOf('A'));
    await detach(arnOf('A'));
    const requestParameters = { userName: 'alice', policyArn: arnOf('A') };
    expect(account.cloudtrail.history.map(({ record }) => record)).toMatchObject([
      { eventName: 'AttachUserPolicy', requestParameters },
      { eventName: 'DetachUserPolicy', requestParameters },
    ]);
  });
});
