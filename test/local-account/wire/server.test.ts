import { ListUsersCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { at } from '../../support/build.ts';
import { createClockedAccount } from '../../support/clocked-account.ts';
import { type ServedAccount, serveAccount } from '../../support/served-account.ts';
import { createLocalAccount } from '../account.ts';
import { ServiceError } from '../dispatch.ts';

const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-east-1/iam/aws4_request',
};
const DESCRIBE_RULES = { 'x-amz-target': 'StarlingDoveService.DescribeConfigRules' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the server', () => {
  let account: ServedAccount;
  beforeEach(async () => {
    account = await serveAccount();
  });
  afterEach(() => account.close());

  const post = (body: string, headers: Record<string, string>, path = '/') =>
    fetch(account.endpoint + path, { method: 'POST', body, headers: { ...SIGNED, ...headers } });

  it('listens on 127.0.0.1 only', () => {
    expect(account.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('records the principal of the access key that signed a request', async () => {
    await account.iamClient.send(new ListUsersCommand({}));
    await post('Action=ListUsers&Version=2010-05-08', FORM);

    expect(account.dispatcher.calls.map((call) => call.principal)).toEqual([
      'rule-role',
      'operator',
    ]);
  });

  it('records the Region that a request was signed for', async () => {
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
    ['an unknown IAM operation', 'Action=ListMFADevices&Version=2010-05-08', FORM],
    ['an operation of another service', 'Action=GetUser&Version=2011-06-15', FORM],
    ['a form without an action', 'a=b', FORM],
    ['a target of another service', '{}', { 'x-amz-target': 'DynamoDB_20120810.ListTables' }],
    ['an unknown operation', '{}', { 'x-amz-target': 'StarlingDoveService.Nonsense' }],
    ['a target without an operation', '{}', { 'x-amz-target': 'AmazonSSM' }],
    ['a body that is not JSON', '{', DESCRIBE_RULES],
    ['a body that is not an object', '7', DESCRIBE_RULES],
    ['a request without a protocol', '', {}],
  ])('responds with an error to %s', async (_what, body, headers) => {
    const answer = await post(body, headers as Record<string, string>);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).toMatch(/Exception|InvalidAction/);
  });

  it('responds with an error to other paths and methods', async () => {
    expect((await post('', FORM, '/elsewhere')).status).toBe(404);
    expect((await fetch(account.endpoint)).status).toBe(404);
  });

  it('accepts a body of 1 MB and refuses one byte more', async () => {
    const action = 'Action=ListUsers&Version=2010-05-08&PathPrefix=';
    const megabyte = action + 'x'.repeat(1024 * 1024 - action.length);

    expect((await post(megabyte, FORM)).status).toBe(400);
    expect((await post(`${megabyte}x`, FORM)).status).toBe(413);
  });

  it('escapes text in XML, including control characters', async () => {
    const answer = await post('Action=GetUser&Version=2010-05-08&UserName=%01%3Cb%3E%26', FORM);

    expect(await answer.text()).toContain('&quot;\ufffd&lt;b&gt;&amp;&quot;');
  });

  it('responds with a failure on demand like the service', async () => {
    const error = new ServiceError('Throttling', 'Rate exceeded');
    account.faults.fail({ service: 'iam', operation: 'ListUsers', nth: 2, error });

    await account.iamClient.send(new ListUsersCommand({}));
    const second = account.iamClient.send(new ListUsersCommand({}));

    await expect(second).rejects.toMatchObject({ name: 'Throttling' });
    await account.iamClient.send(new ListUsersCommand({}));
  });

  it('reports its own bugs as InternalFailure', async () => {
    account.dispatcher.register('iam', {
      GetUser: () => {
        throw new TypeError('a bug');
      },
    });

    const answer = await post('Action=GetUser&Version=2010-05-08', FORM);

    expect(answer.status).toBe(500);
    expect(await answer.text()).toMatch(/Receiver.*InternalFailure.*a bug/);
  });
});

const SECOND = 1000;
const DAY = 86_400 * SECOND;

const post = async (endpoint: string, path: string) => {
  const answer = await fetch(endpoint + path, { method: 'POST' });
  return { status: answer.status, body: Object(await answer.json()) };
};

describe('POST /clock', () => {
  it.each([
    ['1s', SECOND],
    ['2m', 120 * SECOND],
    ['3h', 10_800 * SECOND],
    ['90d', 90 * DAY],
    ['9999d', 9999 * DAY],
  ])('advances the time by %s and returns the new time', async (advance, milliseconds) => {
    const { endpoint, now } = await createClockedAccount();
    const moved = new Date(at.getTime() + milliseconds);

    const { status, body } = await post(endpoint, `/clock?advance=${advance}`);

    expect([status, body]).toEqual([200, { now: moved.toISOString() }]);
    expect(now()).toEqual(moved);
  });

  it('delivers the events that are due', async () => {
    const account = await createClockedAccount({ cloudTrailDelay: DAY });
    await account.ask('iam', 'CreateUser', { UserName: 'alice' });
    expect(account.cloudtrail.history).toEqual([]);

    await post(account.endpoint, '/clock?advance=1d');

    await account.settled();
    expect(account.cloudtrail.history).toHaveLength(1);
  });

  it.each([
    '?advance=0d',
    '?advance=10000d',
    '?advance=-1d',
    '?advance=1.5d',
    '?advance=30',
    '?advance=30w',
    '?advance=30D',
    '?advance=1d2h',
    '?advance=',
    '?forward=1d',
    '',
  ])('refuses %j and names the expected values', async (query) => {
    const { endpoint, now } = await createClockedAccount();

    const { status, body } = await post(endpoint, `/clock${query}`);

    expect(status).toBe(400);
    expect(body.message).toContain(
      'a whole number from 1 to 9999 of d, h, m or s, such as 30d, got',
    );
    expect(now()).toEqual(at);
  });

  it('accepts only POST and only this path', async () => {
    const { endpoint } = await createClockedAccount();

    expect((await fetch(`${endpoint}/clock?advance=1d`)).status).toBe(404);
    expect((await post(endpoint, '/clocks?advance=1d')).status).toBe(404);
  });

  it('does not exist in an account with real time', async () => {
    const account = await createLocalAccount();
    onTestFinished(account.close);

    expect((await post(account.endpoint, '/clock?advance=1d')).status).toBe(404);
  });

  it('moves the date header of every response, by which SDK clients correct their clock', async () => {
    const account = await createClockedAccount();
    await post(account.endpoint, '/clock?advance=90d');

    const answer = await account.post('Action=ListUsers&Version=2010-05-08', {
      'content-type': 'application/x-www-form-urlencoded',
    });

    expect(answer.headers.get('date')).toBe('Fri, 01 May 2026 12:00:00 GMT');
  });

  it('is not recorded as an API call', async () => {
    const { endpoint, calls } = await createClockedAccount();

    await post(endpoint, '/clock?advance=1d');

    expect(calls).toEqual([]);
  });
});
