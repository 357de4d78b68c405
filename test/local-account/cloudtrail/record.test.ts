import { describe, expect, it } from 'vitest';
import { requestParametersOf, responseElementsOf } from './record.ts';

describe('requestParametersOf', () => {
  it.each([
    ['no members', {}, null],
    ['members', { UserName: 'alice', Status: 'Active' }, { userName: 'alice', status: 'Active' }],
    [
      'the objects of a form list, in their order',
      {
        UserName: 'alice',
        'Tags.member.2.Key': 'b',
        'Tags.member.10.Key': 'c',
        'Tags.member.1.Key': 'a',
        'Tags.member.1.Value': '1',
      },
      { userName: 'alice', tags: [{ key: 'a', value: '1' }, { key: 'b' }, { key: 'c' }] },
    ],
    ['the texts of a form list', { 'TagKeys.member.1': 'a' }, { tagKeys: ['a'] }],
    ['a list', { Tags: [{ Key: 'a', Value: '1' }] }, { tags: [{ key: 'a', value: '1' }] }],
  ])('writes %s', (_, input, expected) => {
    expect(requestParametersOf(input)).toEqual(expected);
  });
});

describe('responseElementsOf', () => {
  const user = (CreateDate: Date) => ({
    User: { Path: '/', UserName: 'bob', UserId: 'AIDA', Arn: 'arn', CreateDate },
  });

  it.each([
    ['2026-01-31T00:00:00Z', 'Jan 31, 2026 12:00:00 AM'],
    ['2026-01-31T11:59:59Z', 'Jan 31, 2026 11:59:59 AM'],
    ['2026-02-01T12:00:00Z', 'Feb 1, 2026 12:00:00 PM'],
    ['2026-02-01T23:05:09Z', 'Feb 1, 2026 11:05:09 PM'],
  ])('writes %s as %s', (instant, createDate) => {
    expect(responseElementsOf('CreateUser', user(new Date(instant)))).toMatchObject({
      user: { createDate },
    });
  });

  it('returns null for an operation that creates nothing', () => {
    expect(responseElementsOf('DeleteUser', undefined)).toBeNull();
  });
});
