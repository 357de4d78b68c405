import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { trustOf } from '../../support/build.ts';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';
import type { LocalAccountOptions } from '../account.ts';
import { ServiceError } from '../dispatch.ts';

const MINUTE = 60_000;

/** An account whose IAM events go to a queue. */
const setup = async (options: LocalAccountOptions = {}) => {
  const account = await createClockedAccount(options);
  const queue = account.createEventQueue({ QueueName: 'keys' });
  account.iam.seedUser({ UserName: 'alice', UserId: 'AIDAALICE' });
  return {
    ...account,
    records: () => account.cloudtrail.history.map(({ record }) => record),
    sent: () => queue.messages().map(({ Body }) => JSON.parse(Body)),
  };
};

describe('the record of a call', () => {
  it('contains the request, the caller and the created key, but no secret', async () => {
    const { ask, records } = await setup();

    await ask('iam', 'CreateAccessKey', { UserName: 'alice' });

    expect(records()).toEqual([
      {
        eventVersion: '1.11',
        userIdentity: {
          type: 'IAMUser',
          principalId: 'AIDALOCALOPERATOR000',
          arn: 'arn:aws:iam::123456789012:user/operator',
          accountId: '123456789012',
          accessKeyId: 'AKIALOCALOPERATOR000',
          userName: 'operator',
        },
        eventTime: '2026-01-31T12:00:00Z',
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateAccessKey',
        awsRegion: 'us-east-1',
        sourceIPAddress: '127.0.0.1',
        userAgent: 'local-account',
        requestParameters: { userName: 'alice' },
        responseElements: {
          accessKey: {
            userName: 'alice',
            accessKeyId: expect.stringMatching(/^AKIA/),
            status: 'Active',
            createDate: 'Jan 31, 2026 12:00:00 PM',
          },
        },
        requestID: expect.any(String),
        eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        readOnly: false,
        eventType: 'AwsApiCall',
        managementEvent: true,
        recipientAccountId: '123456789012',
        eventCategory: 'Management',
      },
    ]);
    expect(JSON.stringify(records())).not.toMatch(/secret/i);
  });

  it('contains the user agent of a request', async () => {
    const { post, records } = await setup();
    const form = 'Action=DeleteUser&Version=2010-05-08&UserName=alice';
    await post(form, {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Terraform/1.9.2',
    });
    expect(records()).toMatchObject([{ userAgent: 'Terraform/1.9.2' }]);
  });

  it.each([
    ['us-east-1', 'us-east-1'],
    ['eu-central-1', 'us-east-1'],
    ['us-gov-east-1', 'us-gov-west-1'],
    ['cn-northwest-1', 'cn-north-1'],
  ])('of an account in %s has the IAM Region %s', async (region, awsRegion) => {
    const { ask, cloudtrail, iam } = await createClockedAccount({ region });
    iam.seedUser({ UserName: 'alice' });

    await ask('iam', 'DeleteUser', { UserName: 'alice' });

    expect(cloudtrail.history).toMatchObject([{ record: { awsRegion } }]);
  });

  it('names the calling role', async () => {
    const { roles, call, records } = await setup();
    const AssumeRolePolicyDocument = trustOf('ssm.amazonaws.com');
    const role = roles.create({ RoleName: 'automation', AssumeRolePolicyDocument });
    const input = { UserName: 'alice', NewUserName: 'alice2' };

    await call({ service: 'iam', operation: 'UpdateUser', input, principal: 'automation' });

    expect(records()).toMatchObject([
      {
        requestParameters: { userName: 'alice', newUserName: 'alice2' },
        responseElements: null,
        userIdentity: {
          type: 'AssumedRole',
          arn: 'arn:aws:sts::123456789012:assumed-role/automation/session',
          accessKeyId: role.environment.AWS_ACCESS_KEY_ID,
          sessionContext: { sessionIssuer: { arn: role.Arn, userName: 'automation' } },
        },
      },
    ]);
  });

  it('contains the created user', async () => {
    const { ask, records } = await setup();

    await ask('iam', 'CreateUser', { UserName: 'bob' });

    expect(records()).toMatchObject([
      { responseElements: { user: { path: '/', userName: 'bob', arn: expect.any(String) } } },
    ]);
  });

  it('contains the error of a failed call', async () => {
    const { ask, records } = await setup();
    const input = { UserName: 'unknown', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Inactive' };

    await expect(ask('iam', 'UpdateAccessKey', input)).rejects.toThrow();

    expect(records()).toMatchObject([
      {
        errorCode: 'NoSuchEntityException',
        errorMessage: 'The user with name unknown cannot be found.',
        requestParameters: {
          userName: 'unknown',
          accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
          status: 'Inactive',
        },
        responseElements: null,
      },
    ]);
  });

  it('contains no parameters of a denied call', async () => {
    const { ask, records, faults } = await setup();
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    faults.fail({ service: 'iam', operation: 'DeleteUser', error });

    await expect(ask('iam', 'DeleteUser', { UserName: 'alice' })).rejects.toThrow();

    expect(records()).toMatchObject([{ errorCode: 'AccessDenied', requestParameters: null }]);
  });

  it('does not exist for read operations', async () => {
    const { ask, records } = await setup();

    await ask('iam', 'ListUsers');
    await ask('iam', 'GetUser', { UserName: 'alice' });

    expect(records()).toEqual([]);
  });
});

describe('the event of a call', () => {
  it('contains the record', async () => {
    const { ask, records, sent } = await setup();

    await ask('iam', 'DeleteUser', { UserName: 'alice' });

    expect(sent()).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'AWS API Call via CloudTrail',
        source: 'aws.iam',
        account: '123456789012',
        time: '2026-01-31T12:00:00Z',
        region: 'us-east-1',
        resources: [],
        detail: records()[0],
      },
    ]);
  });

  it.each([
    ['us-gov-west-1', 1],
    ['us-gov-east-1', 0],
    ['eu-central-1', 0],
  ])('reaches EventBridge in %s %d times', async (region, count) => {
    const { ask, events, iam } = await createClockedAccount({ region });
    const Arn = `arn:aws:sqs:${region}:123456789012:unknown`;
    events.putRule({
      Name: 'keys',
      EventPattern: { source: ['aws.iam'] },
      Targets: [{ Arn, Id: 'Target0' }],
    });
    iam.seedUser({ UserName: 'alice' });

    await ask('iam', 'DeleteUser', { UserName: 'alice' });

    expect(events.dropped).toHaveLength(count);
  });

  it('is not sent without a trail, although the history has it', async () => {
    const { ask, records, sent } = await setup({ trail: false });

    await ask('iam', 'DeleteUser', { UserName: 'alice' });

    expect(records()).toHaveLength(1);
    expect(sent()).toEqual([]);
  });

  it('arrives with the history after the delay, to the millisecond', async () => {
    const { ask, records, sent, advance, settled } = await setup({ cloudTrailDelay: 5 * MINUTE });
    await ask('iam', 'DeleteUser', { UserName: 'alice' });

    advance(5 * MINUTE - 1);
    await setImmediate();
    expect([...records(), ...sent()]).toEqual([]);

    advance(1);
    await settled();
    expect(records()).toMatchObject([{ eventTime: '2026-01-31T12:00:00Z' }]);
    expect(sent()).toHaveLength(1);
  });

  it('does not arrive after the account is closed', async () => {
    const { ask, records, close, settled } = await setup({ cloudTrailDelay: MINUTE });
    await ask('iam', 'DeleteUser', { UserName: 'alice' });

    await close();
    await settled();

    expect(records()).toEqual([]);
  });
});

describe('the use of a key', () => {
  const setup = async () => {
    const account = await createClockedAccount({ region: 'eu-central-1' });
    const keyId = 'AKIAXXXXXXXXXXXALICE';
    account.iam.seedUser({ UserName: 'alice', keys: [{ AccessKeyId: keyId }] });
    return { ...account, keyId };
  };
  const lookup = async (account: ClockedAccount, region: string, AttributeValue: string) => {
    const LookupAttributes = [{ AttributeKey: 'AccessKeyId', AttributeValue }];
    const request = { service: 'cloudtrail', operation: 'LookupEvents' } as const;
    return account.call({ ...request, input: { LookupAttributes }, principal: 'operator', region });
  };

  it('is found by the key, in its Region only', async () => {
    const { keyId, ...account } = await setup();

    account.cloudtrail.recordUse(keyId, { awsRegion: 'eu-west-1', userAgent: 'Boto3/1.26.0' });

    expect(await lookup(account, 'eu-west-1', keyId)).toMatchObject({
      Events: [{ EventName: 'ListBuckets', EventSource: 's3.amazonaws.com', AccessKeyId: keyId }],
    });
    expect(await lookup(account, 'eu-central-1', keyId)).toMatchObject({ Events: [] });
    expect(await lookup(account, 'eu-west-1', 'AKIAOTHER')).toMatchObject({ Events: [] });
    expect(account.cloudtrail.history).toMatchObject([
      {
        record: {
          userIdentity: { type: 'IAMUser', accessKeyId: keyId },
          eventTime: '2026-01-31T12:00:00Z',
          awsRegion: 'eu-west-1',
          sourceIPAddress: '203.0.113.7',
          userAgent: 'Boto3/1.26.0',
          readOnly: true,
        },
      },
    ]);
  });

  it.each([
    ['another service', 'Action=GetCallerIdentity&Version=2011-06-15', ['GetCallerIdentity']],
    ['IAM, which reads', 'Action=ListUsers&Version=2010-05-08', []],
  ])('is recorded by a signed request to %s', async (_, body, names) => {
    const { keyId, ...account } = await setup();
    const scope = `${keyId}/20260131/eu-west-1/${body.includes('2011') ? 'sts' : 'iam'}/aws4_request`;
    await account.post(body, {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}`,
    });
    const recorded = account.cloudtrail.history.map(({ record }) => record);
    expect(recorded.map(({ eventName }) => eventName)).toEqual(names);
    for (const { awsRegion, eventSource } of recorded)
      expect([awsRegion, eventSource]).toEqual(['eu-west-1', 'sts.amazonaws.com']);
  });
});
