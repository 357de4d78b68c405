import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { trustOf } from '../../support/build.ts';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';

let account: ClockedAccount;
beforeEach(async () => {
  account = await createClockedAccount();
});

const identityOf = (accessKeyId: string) => {
  const credentials = { accessKeyId, secretAccessKey: 'any' };
  const client = new STSClient({ ...account.clientConfig, credentials });
  return client.send(new GetCallerIdentityCommand());
};

describe('GetCallerIdentity', () => {
  it('returns the operator for an unknown access key', async () => {
    expect(await identityOf('ANYBODY')).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/operator',
    });
  });

  it('returns the role for the credentials of a role', async () => {
    const AssumeRolePolicyDocument = trustOf('lambda.amazonaws.com');
    const role = account.roles.create({ RoleName: 'rule', AssumeRolePolicyDocument });

    expect((await identityOf(role.environment.AWS_ACCESS_KEY_ID)).Arn).toBe(
      'arn:aws:sts::123456789012:assumed-role/rule/session',
    );
  });

  it('refuses members and responds in its own namespace', async () => {
    const post = async (more: string) => {
      const answer = await account.post(`Action=GetCallerIdentity&Version=2011-06-15${more}`, {
        'content-type': 'application/x-www-form-urlencoded',
      });
      return answer.text();
    };

    const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
    expect(await post('')).toContain(`<GetCallerIdentityResponse ${namespace}>`);
    expect(await post('&UserName=alice')).toContain(`<ErrorResponse ${namespace}>`);
  });
});
