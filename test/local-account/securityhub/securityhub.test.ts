import { DescribeHubCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalAccount, type LocalAccount } from '../account.ts';

let account: LocalAccount;
beforeEach(async () => {
  account = await createLocalAccount();
});
afterEach(() => account.close());

const HubArn = 'arn:aws:securityhub:us-east-1:123456789012:hub/default';

const describeHub = (given?: string) =>
  new SecurityHubClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId: 'ANYBODY', secretAccessKey: 'any' },
    maxAttempts: 1,
  }).send(new DescribeHubCommand({ HubArn: given }));

describe('Security Hub CSPM', () => {
  it('is on', async () => {
    expect(await describeHub()).toMatchObject({ HubArn });
    expect(await describeHub(HubArn)).toMatchObject({ HubArn });
  });

  it('is off when a test says so', async () => {
    account.securityHub.enabled = false;

    await expect(describeHub()).rejects.toMatchObject({ name: 'InvalidAccessException' });
  });

  it('knows no other hub', async () => {
    await expect(describeHub(`${HubArn}2`)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(describeHub(' ')).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});

describe('REST-JSON on the wire', () => {
  it('answers an error to another method, and to a request without signature', async () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=ANYBODY/20260131/us-east-1/securityhub/aws4_request';

    const other = await fetch(`${account.endpoint}/accounts`, {
      method: 'POST',
      headers: { authorization },
    });
    const unsigned = await fetch(`${account.endpoint}/accounts`);

    expect(other.status).toBe(404);
    expect(other.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    expect(unsigned.status).toBe(403);
    expect(account.calls).toEqual([]);
  });
});
