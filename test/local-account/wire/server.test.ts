import { ListUsersCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedAccount, serveAccount } from '../../support/served-account.ts';
import { ServiceError } from '../dispatch.ts';

const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-east-1/iam/aws4_request',
};
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the local account on loopback', () => {
  let account: ServedAccount;
  beforeEach(async () => {
    account = await serveAccount();
  });
  afterEach(() => account.close());

  const post = (body: string, headers: Record<string, string>, path = '/') =>
    fetch(account.endpoint + path, { method: 'POST', body, headers: { ...SIGNED, ...headers } });

  it('listens on 127.0.0.1', () => {
    expect(account.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('records who called, by the access key id that signed the request', async () => {
    await account.iamClient.send(new ListUsersCommand({}));
    await post('Action=ListUsers&Version=2010-05-08', FORM);

    expect(account.dispatcher.calls.map((call) => call.principal)).toEqual([
      'rule-role',
      'operator',
    ]);
  });

  it('records for which Region a request was signed', async () => {
    await post('Action=ListUsers&Version=2010-05-08', FORM);
    const authorization = SIGNED.authorization.replace('us-east-1', 'eu-central-1');
    await post('Action=ListUsers&Version=2010-05-08', { ...FORM, authorization });

    expect(account.dispatcher.calls.map(({ region }) => region)).toEqual([
      'us-east-1',
      'eu-central-1',
    ]);
  });

  it('refuses an unsigned request', async () => {
    const answer = await post('Action=ListUsers&Version=2010-05-08', {
      ...FORM,
      authorization: '',
    });

    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>');
    expect(account.dispatcher.calls).toEqual([]);
  });

  it.each([
    [
      'an operation that IAM has and the account has not',
      'Action=ListMFADevices&Version=2010-05-08',
      FORM,
    ],
    ['a service that speaks the query protocol too', 'Action=GetUser&Version=2011-06-15', FORM],
    ['a form without an action', 'a=b', FORM],
    ['a target of another service', '{}', { 'x-amz-target': 'DynamoDB_20120810.ListTables' }],
    ['an operation of no service', '{}', { 'x-amz-target': 'StarlingDoveService.Nonsense' }],
    ['a target without operation', '{}', { 'x-amz-target': 'AmazonSSM' }],
    ['a body that is no JSON', '{', { 'x-amz-target': 'StarlingDoveService.DescribeConfigRules' }],
    [
      'a body that is no object',
      '7',
      { 'x-amz-target': 'StarlingDoveService.DescribeConfigRules' },
    ],
    ['nothing that tells a protocol', '', {}],
  ])('answers an error to %s', async (_what, body, headers) => {
    const answer = await post(body, headers as Record<string, string>);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).toMatch(/Exception|InvalidAction/);
  });

  it('answers an error to other paths and methods', async () => {
    expect((await post('', FORM, '/elsewhere')).status).toBe(404);
    expect((await fetch(account.endpoint)).status).toBe(404);
  });

  it('takes a body of 1 MB and refuses one byte more', async () => {
    const action = 'Action=ListUsers&Version=2010-05-08&PathPrefix=';
    const megabyte = action + 'x'.repeat(1024 * 1024 - action.length);

    expect((await post(megabyte, FORM)).status).toBe(400);
    expect((await post(`${megabyte}x`, FORM)).status).toBe(413);
  });

  it('escapes what it answers in XML, control characters included', async () => {
    const answer = await post('Action=GetUser&Version=2010-05-08&UserName=%01%3Cb%3E%26', FORM);

    expect(await answer.text()).toContain('&quot;\ufffd&lt;b&gt;&amp;&quot;');
  });

  it('answers failures on demand as the service would', async () => {
    const error = new ServiceError('Throttling', 'Rate exceeded');
    account.faults.fail({ service: 'iam', operation: 'ListUsers', nth: 2, error });

    await account.iamClient.send(new ListUsersCommand({}));
    const second = account.iamClient.send(new ListUsersCommand({}));

    await expect(second).rejects.toMatchObject({ name: 'Throttling' });
    await account.iamClient.send(new ListUsersCommand({}));
  });

  it('says so when it fails itself', async () => {
    account.dispatcher.register('iam', {
      GetUser: () => {
        throw new TypeError('a mistake of ours');
      },
    });

    const answer = await post('Action=GetUser&Version=2010-05-08', FORM);

    expect(answer.status).toBe(500);
    expect(await answer.text()).toMatch(/Receiver.*InternalFailure.*a mistake of ours/);
  });
});

describe('Lambda Invoke on the wire', () => {
  it('hands over name, type and payload, and answers the payload as it is', async () => {
    const account = await serveAccount();
    account.dispatcher.register('lambda', {
      Invoke: () => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: '{"errorType":"E"}' }),
    });

    const path = '/2015-03-31/functions/arn%3Aaws%3Alambda%3A%3A%3Afunction%3Af/invocations';
    const answer = await fetch(account.endpoint + path, {
      method: 'POST',
      body: '{"a":1}',
      headers: { ...SIGNED, 'x-amz-invocation-type': 'RequestResponse' },
    });

    expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await answer.text()).toBe('{"errorType":"E"}');
    expect(account.dispatcher.calls[0]?.input).toEqual({
      FunctionName: 'arn:aws:lambda:::function:f',
      InvocationType: 'RequestResponse',
      Payload: '{"a":1}',
    });
    await account.close();
  });

  it('answers an error to a function that nobody knows', async () => {
    const account = await serveAccount();

    const path = '/2015-03-31/functions/unknown/invocations';
    const answer = await fetch(account.endpoint + path, { method: 'POST', headers: SIGNED });

    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    await account.close();
  });
});
