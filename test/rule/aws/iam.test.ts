import { afterEach, describe, expect, it } from 'vitest';
import { createClients } from '../../../rule/aws/clients.ts';
import { InvalidResponseError } from '../../../rule/input/parse.ts';
import { type Answer, iamAnswer, serveAnswers } from '../../support/answering-server.ts';
import { accessKey } from '../../support/build.ts';

let server: Awaited<ReturnType<typeof serveAnswers>>;
/** What the rule reads with, from an IAM that gives these answers. */
const reading = async (answer: (action: string, call: number) => Answer) => {
  server = await serveAnswers(answer);
  return createClients({ answerTime: 300 }).iam;
};
afterEach(() => server.close());

const member = (AccessKeyId: string, Status = 'Active') =>
  `<member><UserName>alice</UserName><AccessKeyId>${AccessKeyId}</AccessKeyId><Status>${Status}</Status><CreateDate>2024-01-31T00:00:00Z</CreateDate></member>`;
const keysPage = (members: string, rest = '<IsTruncated>false</IsTruncated>') =>
  iamAnswer('ListAccessKeys', `<AccessKeyMetadata>${members}</AccessKeyMetadata>${rest}`);

describe('reading from IAM', () => {
  it('takes every page of the keys, whatever their number', async () => {
    const iam = await reading((_, call) =>
      call < 3
        ? keysPage(
            member(`AKIA${call}`),
            `<IsTruncated>true</IsTruncated><Marker>m${call}</Marker>`,
          )
        : keysPage(member('AKIA3', 'Expired')),
    );
    expect(await iam.listAccessKeys('alice')).toMatchObject([
      { AccessKeyId: 'AKIA1', Status: 'Active', CreateDate: new Date('2024-01-31') },
      { AccessKeyId: 'AKIA2' },
      { AccessKeyId: 'AKIA3', Status: 'Expired' },
    ]);
  });

  it('takes an empty page for what it is, and goes on', async () => {
    const iam = await reading((_, call) =>
      call === 1
        ? keysPage('', '<IsTruncated>true</IsTruncated><Marker>m</Marker>')
        : keysPage(member('AKIA1')),
    );
    expect(await iam.listAccessKeys('alice')).toHaveLength(1);
  });

  it.each([
    [
      'a key that was used',
      '<LastUsedDate>2026-01-30T10:00:00Z</LastUsedDate>',
      new Date('2026-01-30T10:00:00Z'),
    ],
    ['a key that never was', '', undefined],
  ])('knows the last use of %s', async (_, lastUsedDate, expected) => {
    const result = `<AccessKeyLastUsed>${lastUsedDate}<ServiceName>N/A</ServiceName><Region>N/A</Region></AccessKeyLastUsed>`;
    const iam = await reading((action) => iamAnswer(action, result));
    expect((await iam.withLastUse(accessKey('A'))).LastUsedDate).toEqual(expected);
  });
});

describe('the tag of a user', () => {
  const tagsPage = (rest: string) => iamAnswer('ListUserTags', `<Tags></Tags>${rest}`);

  it.each([
    [
      'a page that goes on nowhere',
      tagsPage('<IsTruncated>true</IsTruncated>'),
      'ListUserTags: expected the next Marker, got none',
    ],
    [
      'the same page again and again',
      tagsPage('<IsTruncated>true</IsTruncated><Marker>same</Marker>'),
      'ListUserTags: expected the next Marker, got same',
    ],
  ])('cannot be read from %s', async (_, answer, message) => {
    const iam = await reading(() => answer);
    await expect(iam.getTag('alice', 'keys-until')).rejects.toThrow(message);
  });

  it.each([
    ['the very key', 'keys-until', 'keys-until', '2026-12-31'],
    ['another case', 'keys-until', 'KEYS-Until', '2026-12-31'],
    ['another case beyond ASCII', 'schlüssel-äöü', 'SCHLÜSSEL-ÄÖÜ', '2026-12-31'],
    ['more at its end', 'keys-until', 'keys-until2', undefined],
    ['more at its start', 'keys-until', 'my-keys-until', undefined],
    // A policy that denies to tag with `keys-until` need not know that these become it.
    ['the Kelvin sign for a k', 'keys-until', '\u212Aeys-until', undefined],
    ['the Angstrom sign for an å', 'nycklar-å', 'nycklar-\u212B', undefined],
    ['a long s for an s', 'keys-until', 'key\u017F-until', undefined],
    ['full-width letters', 'keys-until', '\uFF4B\uFF45\uFF59\uFF53-until', undefined],
  ])('is found by %s, or not', async (_, wanted, key, expected) => {
    const tags = `<Tags><member><Key>${key}</Key><Value>2026-12-31</Value></member></Tags>`;
    const iam = await reading((action) =>
      iamAnswer(action, `${tags}<IsTruncated>false</IsTruncated>`),
    );
    expect(await iam.getTag('alice', wanted)).toEqual({ value: expected });
  });
});

describe('reading from an IAM that answers with success but not with what its API promises', () => {
  it.each([
    [
      'no list of keys',
      iamAnswer('ListAccessKeys', '<IsTruncated>false</IsTruncated>'),
      'ListAccessKeys.AccessKeyMetadata',
    ],
    ['an empty result', iamAnswer('ListAccessKeys', ''), 'ListAccessKeys.AccessKeyMetadata'],
    [
      'a web page',
      { body: '<html><body>Sign in</body></html>' },
      'ListAccessKeys.AccessKeyMetadata',
    ],
    [
      'a key without a status',
      keysPage(
        '<member><AccessKeyId>AKIA1</AccessKeyId><CreateDate>2024-01-31T00:00:00Z</CreateDate></member>',
      ),
      'ListAccessKeys.AccessKeyMetadata.0.Status: expected a value, got nothing',
    ],
    [
      'a key whose status is empty',
      keysPage(member('AKIA1', '')),
      'ListAccessKeys.AccessKeyMetadata.0.Status: expected a string that is not empty, got ""',
    ],
    [
      'a page that goes on nowhere',
      keysPage(member('AKIA1'), '<IsTruncated>true</IsTruncated>'),
      'ListAccessKeys: expected the next Marker, got none',
    ],
    [
      'the same page again and again',
      keysPage(member('AKIA1'), '<IsTruncated>true</IsTruncated><Marker>same</Marker>'),
      'ListAccessKeys: expected the next Marker, got same',
    ],
  ])('throws, for %s', async (_, answer, message) => {
    const iam = await reading(() => answer);
    const keys = iam.listAccessKeys('alice');
    await expect(keys).rejects.toThrow(InvalidResponseError);
    await expect(keys).rejects.toThrow(message);
  });

  it.each([
    [
      'a body cut off',
      { body: '<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata>' },
    ],
    ['no XML', { body: 'upstream error' }],
  ])('throws, for %s', async (_, answer) => {
    const iam = await reading(() => answer);
    await expect(iam.listAccessKeys('alice')).rejects.toThrow();
  });

  it('throws for users without a list, and for a user without an id', async () => {
    const iam = await reading((action) =>
      iamAnswer(action, '<User><UserName>alice</UserName></User>'),
    );
    await expect(iam.listUsers().next()).rejects.toThrow(
      'ListUsers.Users: expected a value, got nothing',
    );
    await expect(iam.getUser('alice')).rejects.toThrow(
      'GetUser.User.UserId: expected a value, got nothing',
    );
  });

  it('throws for a last use that is missing altogether', async () => {
    const iam = await reading((action) => iamAnswer(action, '<UserName>alice</UserName>'));
    await expect(iam.withLastUse(accessKey('A'))).rejects.toThrow(
      'GetAccessKeyLastUsed.AccessKeyLastUsed: expected a value, got nothing',
    );
  });
});

describe('reading from an IAM in trouble', () => {
  it('throws when the pages go round in a circle', async () => {
    const iam = await reading((_, call) =>
      keysPage(
        member(`AKIA${call}`),
        `<IsTruncated>true</IsTruncated><Marker>m${call % 3}</Marker>`,
      ),
    );
    await expect(iam.listAccessKeys('alice')).rejects.toThrow('expected the next Marker, got m1');
  });

  it.each([
    ['a connection that breaks', undefined],
    ['a body that stops half-way', { body: '<ListAccessKeysResponse>', stalls: true }],
    [
      'an internal error',
      {
        statusCode: 500,
        body: '<ErrorResponse><Error><Type>Receiver</Type><Code>ServiceFailure</Code><Message>try again</Message></Error></ErrorResponse>',
      },
    ],
    ['an unavailable service', { statusCode: 503, body: 'Service Unavailable' }],
  ])('tries again after %s', async (_, trouble) => {
    const iam = await reading((action, call) =>
      call < 3
        ? trouble
        : iamAnswer(
            action,
            `<AccessKeyMetadata>${member('AKIA1')}</AccessKeyMetadata><IsTruncated>false</IsTruncated>`,
          ),
    );
    expect(await iam.listAccessKeys('alice')).toHaveLength(1);
    expect(server.calls()).toBe(3);
  });

  it('does not try again where IAM says no', async () => {
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
    const iam = await reading(() => ({ statusCode: 403, body }));
    await expect(iam.listAccessKeys('alice')).rejects.toThrow('no');
    expect(server.calls()).toBe(1);
  });
});
