import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trustOf } from '../../support/trust.ts';
import { createLocalAccount, type LocalAccount } from '../account.ts';

let account: LocalAccount;
beforeEach(async () => {
  account = await createLocalAccount();
});
afterEach(() => account.close());

const identityOf = (accessKeyId: string) =>
  new STSClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId, secretAccessKey: 'any' },
  }).send(new GetCallerIdentityCommand());

describe('GetCallerIdentity', () => {
  it('answers the operator to anybody', async () => {
    expect(await identityOf('ANYBODY')).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/operator',
    });
  });

  it('answers the role to the credentials of a role', async () => {
    const AssumeRolePolicyDocument = trustOf('lambda.amazonaws.com');
    const role = account.roles.create({ RoleName: 'rule', AssumeRolePolicyDocument });

    expect((await identityOf(role.environment.AWS_ACCESS_KEY_ID)).Arn).toBe(
      'arn:aws:sts::123456789012:assumed-role/rule/session',
    );
  });

  it('takes no other member, and answers in its own namespace', async () => {
    const post = async (more: string) => {
      const answer = await fetch(account.endpoint, {
        method: 'POST',
        body: `Action=GetCallerIdentity&Version=2011-06-15${more}`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: 'AWS4-HMAC-SHA256 Credential=ANYBODY/20260131/us-east-1/sts/aws4_request',
        },
      });
      return answer.text();
    };

    const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
    expect(await post('')).toContain(`<GetCallerIdentityResponse ${namespace}>`);
    expect(await post('&UserName=alice')).toContain(`<ErrorResponse ${namespace}>`);
  });
});
