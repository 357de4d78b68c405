import { afterEach, describe, expect, it } from 'vitest';
import { createClients } from '../../../rule/aws/clients.ts';
import { InvalidResponseError } from '../../../rule/input/parse.ts';
import { type Answer, iamAnswer, serveAnswers } from '../../support/answering-server.ts';
import { accessKey } from '../../support/build.ts';

let server: Awaited<ReturnType<typeof serveAnswers>>;
afterEach(() => server.close());

/** The rule's IAM client, connected to a server that answers each call. */
const iamWith = async (answer: (action: string, call: number) => Answer) => {
  server = await serveAnswers(answer);
  return createClients({ requestTimeout: 300 }).iam;
};

const toXml = (value: unknown): string => {
  if (Array.isArray(value)) return value.map((member) => toXml({ member })).join('');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, member]) => `<${name}>${toXml(member)}</${name}>`)
    .join('');
};
/** The rule's IAM client; each call has the next of these results, and the last one again and again. */
const iamReturning = (...results: readonly object[]) =>
  iamWith((action, call) => iamAnswer(action, toXml(results[call - 1] ?? results.at(-1))));

const error = (statusCode: number, Type: string, Code: string): Answer => ({
  statusCode,
  body: toXml({ ErrorResponse: { Error: { Type, Code, Message: 'no' } } }),
});

const alice = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const details = {
  ...alice,
  Arn: 'arn:aws:iam::123456789012:user/team/alice',
  Path: '/team/',
  CreateDate: '2024-01-31T00:00:00Z',
};
const key = (AccessKeyId: string, Status = 'Active') => ({
  ...{ UserName: 'alice', AccessKeyId, Status },
  CreateDate: '2024-01-31T00:00:00Z',
});
const keysPage = (...AccessKeyMetadata: object[]) => ({ AccessKeyMetadata, IsTruncated: false });
const more = (page: object, Marker: string) => ({ ...page, IsTruncated: true, Marker });
const without = (whole: object, member: string) =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => name !== member));

describe('listAccessKeys', () => {
  it('reads every page, an empty page included', async () => {
    const iam = await iamReturning(
      more(keysPage(key('AKIA1')), 'm1'),
      more(keysPage(), 'm2'),
      keysPage(key('AKIA2', 'Expired')),
    );
    const CreateDate = new Date('2024-01-31T00:00:00Z');
    expect(await iam.listAccessKeys('alice')).toEqual([
      { AccessKeyId: 'AKIA1', Status: 'Active', CreateDate },
      { AccessKeyId: 'AKIA2', Status: 'Expired', CreateDate },
    ]);
  });

  it.each([
    ['no list', { IsTruncated: false }, 'ListAccessKeys.AccessKeyMetadata'],
    ['nothing', {}, 'ListAccessKeys.AccessKeyMetadata'],
    [
      'an empty status',
      keysPage(key('AKIA1', '')),
      'ListAccessKeys.AccessKeyMetadata.0.Status: expected a string that is not empty, got ""',
    ],
    [
      'a truncated page without a marker',
      { ...keysPage(key('AKIA1')), IsTruncated: true },
      'ListAccessKeys: expected a Marker, got an object',
    ],
    ...['AccessKeyId', 'Status', 'CreateDate'].map((member) => [
      `a key without ${member}`,
      keysPage(key('AKIA1'), without(key('AKIA2'), member)),
      `ListAccessKeys.AccessKeyMetadata.1.${member}: expected a value, got nothing`,
    ]),
  ] as [string, object, string][])('refuses a response with %s', async (_, result, message) => {
    const iam = await iamReturning(result);
    const keys = iam.listAccessKeys('alice');
    await expect(keys).rejects.toThrow(InvalidResponseError);
    await expect(keys).rejects.toThrow(message);
  });

  it.each(['<html><body>Sign in</body></html>', '<A><B>', 'upstream error'])(
    'refuses the response %s',
    async (body) => {
      const iam = await iamWith(() => ({ body }));
      await expect(iam.listAccessKeys('alice')).rejects.toThrow();
    },
  );

  it.each([
    ['a connection that breaks', undefined],
    ['a body that stops half-way', { body: '<ListAccessKeysResponse>', stalls: true }],
    ['an internal error', error(500, 'Receiver', 'ServiceFailure')],
    ['an unavailable service', { statusCode: 503, body: 'Service Unavailable' }],
  ])('retries after %s', async (_, trouble) => {
    const iam = await iamWith((action, call) =>
      call < 3 ? trouble : iamAnswer(action, toXml(keysPage(key('AKIA1')))),
    );
    expect(await iam.listAccessKeys('alice')).toHaveLength(1);
    expect(server.calls()).toBe(3);
  });

  it('does not retry a call that IAM denies', async () => {
    const iam = await iamWith(() => error(403, 'Sender', 'AccessDenied'));
    await expect(iam.listAccessKeys('alice')).rejects.toThrow('no');
    expect(server.calls()).toBe(1);
  });
});

describe('listUsers', () => {
  it.each([128, 129])('reads names of at most 128 characters: %d', async (length) => {
    const UserName = 'x'.repeat(length);
    const iam = await iamReturning({ Users: [{ ...details, UserName }] });
    const first = iam.listUsers().next();
    if (length === 128) expect((await first).value).toMatchObject({ UserName, Path: '/team/' });
    else await expect(first).rejects.toThrow('expected at most 128 characters');
  });

  it.each(Object.keys(details))('refuses a user without %s', async (member) => {
    const iam = await iamReturning({ Users: [details, without(details, member)] });
    await expect(iam.listUsers().next()).rejects.toThrow(
      `ListUsers.Users.1.${member}: expected a value, got nothing`,
    );
  });
});

describe('findUsers', () => {
  const ids = (...names: string[]) => new Set(names);
  const bob = { ...details, UserId: 'AIDABOB' };

  it('finds users by id and stops at the page of the last one', async () => {
    const iam = await iamReturning(more({ Users: [details] }, 'm1'), more({ Users: [bob] }, 'm2'));
    const found = await iam.findUsers(ids(alice.UserId, bob.UserId));
    expect([...found.keys()]).toEqual([alice.UserId, bob.UserId]);
    expect(server.calls()).toBe(2);
  });

  it('finds a user that only the second listing contains', async () => {
    const iam = await iamReturning({ Users: [bob] }, { Users: [details, bob] });
    expect((await iam.findUsers(ids(alice.UserId))).get(alice.UserId)).toMatchObject(alice);
    expect(server.calls()).toBe(2);
  });

  it('lists the users twice before a user is missing', async () => {
    const iam = await iamReturning({ Users: [bob] });
    expect(await iam.findUsers(ids(alice.UserId))).toEqual(new Map());
    expect(server.calls()).toBe(2);
  });

  it('makes no call for no user', async () => {
    const iam = await iamReturning({ Users: [bob] });
    expect(await iam.findUsers(ids())).toEqual(new Map());
    expect(server.calls()).toBe(0);
  });
});

describe('getUser', () => {
  it('reads the user', async () => {
    const iam = await iamReturning({ User: details });
    expect(await iam.getUser('alice')).toEqual(alice);
  });

  it('returns undefined if there is no such user', async () => {
    const iam = await iamWith(() => error(404, 'Sender', 'NoSuchEntity'));
    expect(await iam.getUser('alice')).toBeUndefined();
  });

  it.each(['UserId', 'UserName'])('refuses a user without %s', async (member) => {
    const iam = await iamReturning(
      { User: without(alice, member) },
      { User: { ...alice, [member]: '' } },
    );
    const read = () => iam.getUser('alice');
    await expect(read()).rejects.toThrow(`GetUser.User.${member}: expected a value, got nothing`);
    await expect(read()).rejects.toThrow(`GetUser.User.${member}: expected a string that is not`);
  });
});

describe('countUsers', () => {
  // Only integers of the summary have a type on the wire.
  const summary = (name: string) =>
    `<SummaryMap><entry><key>${name}</key><value>3</value></entry></SummaryMap>`;

  it('reads the number of users', async () => {
    const iam = await iamWith((action) => iamAnswer(action, summary('Users')));
    expect(await iam.countUsers()).toBe(3);
  });

  it('refuses a summary without it', async () => {
    const iam = await iamWith((action) => iamAnswer(action, summary('Groups')));
    await expect(iam.countUsers()).rejects.toThrow(
      'GetAccountSummary.SummaryMap.Users: expected a value, got nothing',
    );
  });
});

describe('withLastUse', () => {
  const never = { ServiceName: 'N/A', Region: 'N/A' };

  it.each([
    ['2026-01-30T10:00:00Z', new Date('2026-01-30T10:00:00Z')],
    [undefined, undefined],
  ])('reads the last use %s', async (LastUsedDate, expected) => {
    const AccessKeyLastUsed = { ...(LastUsedDate && { LastUsedDate }), ...never };
    const iam = await iamReturning({ AccessKeyLastUsed });
    const used = await iam.withLastUse(accessKey('A'));
    expect(used).toEqual({ ...accessKey('A'), LastUsedDate: expected });
  });

  it.each([
    ['ses-smtp', 'eu-west-1', 'ses-smtp', 'eu-west-1'],
    ['s3', 'N/A', 's3', undefined],
    ['s'.repeat(64), 'r'.repeat(65), 's'.repeat(64), undefined],
    ['', 'us-east-1). Keep', undefined, undefined],
    ['s3, ec2', '东京', undefined, undefined],
    ['a_b.c-D9', undefined, 'a_b.c-D9', undefined],
  ])(
    'keeps the service %j and the Region %j if they are short names',
    async (service, region, ServiceName, Region) => {
      const AccessKeyLastUsed = {
        ...{ LastUsedDate: '2026-01-30T10:00:00Z', ServiceName: service },
        ...(region !== undefined && { Region: region }),
      };
      const iam = await iamReturning({ AccessKeyLastUsed });
      expect(await iam.withLastUse(accessKey('A'))).toEqual({
        ...accessKey('A'),
        ...{ LastUsedDate: new Date('2026-01-30T10:00:00Z'), ServiceName, Region },
      });
    },
  );

  it('refuses a response without it', async () => {
    const iam = await iamReturning({ UserName: 'alice' });
    await expect(iam.withLastUse(accessKey('A'))).rejects.toThrow(
      'GetAccessKeyLastUsed.AccessKeyLastUsed: expected a value, got nothing',
    );
  });
});

describe('getTag', () => {
  const tagsPage = (...Tags: object[]) => ({ Tags, IsTruncated: false });

  it.each([
    ['the same key', 'keys-until', 'keys-until', '2026-12-31'],
    ['another case', 'keys-until', 'KEYS-Until', '2026-12-31'],
    ['another case beyond ASCII', 'schlüssel-äöü', 'SCHLÜSSEL-ÄÖÜ', '2026-12-31'],
    ['more characters at the end', 'keys-until', 'keys-until2', undefined],
    ['more characters at the start', 'keys-until', 'my-keys-until', undefined],
    // A policy that denies the tag `keys-until` does not match these, although their other case does.
    ['the Kelvin sign instead of a k', 'keys-until', '\u212Aeys-until', undefined],
    ['the Angstrom sign instead of an å', 'nycklar-å', 'nycklar-\u212B', undefined],
    ['a long s instead of an s', 'keys-until', 'key\u017F-until', undefined],
    ['full-width letters', 'keys-until', '\uFF4B\uFF45\uFF59\uFF53-until', undefined],
  ])('compares tag keys without case: %s', async (_, wanted, Key, expected) => {
    const iam = await iamReturning(tagsPage({ Key, Value: '2026-12-31' }));
    expect(await iam.getTag('alice', wanted)).toEqual({ value: expected });
  });

  it('reads every page, and the value can be empty', async () => {
    const iam = await iamReturning(
      more(tagsPage({ Key: 'a', Value: 'b' }), 'm'),
      tagsPage({ Key: 'keys-until', Value: '' }),
    );
    expect(await iam.getTag('alice', 'keys-until')).toEqual({ value: '' });
  });

  it.each([
    [tagsPage({ Key: '', Value: 'a' }), 'Key: expected a string that is not empty'],
    [tagsPage({ Key: 'a' }), 'Value: expected a value, got nothing'],
    [{ Tags: [], IsTruncated: true }, 'ListUserTags: expected a Marker'],
  ])('refuses the response %j', async (result, message) => {
    const iam = await iamReturning(result);
    await expect(iam.getTag('alice', 'keys-until')).rejects.toThrow(message);
  });
});

describe('getQuarantinePolicy', () => {
  const attached = (...arns: string[]) => ({
    AttachedPolicies: arns.map((PolicyArn) => ({ PolicyArn, PolicyName: 'any' })),
    IsTruncated: false,
  });
  const OWN = 'arn:aws:iam::123456789012:policy/AWSCompromisedKeyQuarantineV2';

  it.each([
    ['arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine', 'AWSCompromisedKeyQuarantine'],
    ['arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3', 'AWSCompromisedKeyQuarantineV3'],
    ['arn:aws-cn:iam::aws:policy/AWSCompromisedKeyQuarantineV2', 'AWSCompromisedKeyQuarantineV2'],
    [
      'arn:aws-us-gov:iam::aws:policy/AWSCompromisedKeyQuarantineV10',
      'AWSCompromisedKeyQuarantineV10',
    ],
    [OWN, undefined],
    ['arn:aws:iam::aws:policy/ReadOnlyAccess', undefined],
    ['arn:aws:iam::aws:policy/NoAWSCompromisedKeyQuarantine', undefined],
    ['arn:aws:iam::aws:policy/awscompromisedkeyquarantinev2', undefined],
    [
      'arn:aws:iam::123456789012:policy/arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine',
      undefined,
    ],
  ])('of a user with the policy %s is %j', async (arn, name) => {
    const iam = await iamReturning(attached('arn:aws:iam::aws:policy/ViewOnlyAccess', arn));
    expect(await iam.getQuarantinePolicy('alice')).toEqual({ name });
  });

  it('may be on any page', async () => {
    const iam = await iamReturning(
      more(attached(OWN), 'm1'),
      more(attached(), 'm2'),
      attached('arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2'),
    );
    expect(await iam.getQuarantinePolicy('alice')).toEqual({
      name: 'AWSCompromisedKeyQuarantineV2',
    });
    expect(server.calls()).toBe(3);
  });

  it('is undefined if there is no such user', async () => {
    const iam = await iamWith(() => error(404, 'Sender', 'NoSuchEntity'));
    expect(await iam.getQuarantinePolicy('alice')).toBeUndefined();
  });

  it.each([
    [{ AttachedPolicies: [{ PolicyName: 'a' }] }, 'PolicyArn: expected a value, got nothing'],
    [{ IsTruncated: false }, 'ListAttachedUserPolicies.AttachedPolicies: expected'],
    [{ AttachedPolicies: [], IsTruncated: true }, 'ListAttachedUserPolicies: expected a Marker'],
  ])('refuses the response %j', async (result, message) => {
    const iam = await iamReturning(result);
    await expect(iam.getQuarantinePolicy('alice')).rejects.toThrow(message);
  });
});
