import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  GetAccessKeyLastUsedAnswer,
  GetAccountSummaryAnswer,
  GetUserAnswer,
  ListAccessKeysAnswer,
  ListUserDetailsAnswer,
  ListUsersAnswer,
  ListUserTagsAnswer,
} from '../../../rule/aws/iam.ts';
import { at } from '../../support/build.ts';

const User = { UserId: 'AIDAXXXXXXXXXXXXALICE', UserName: 'alice' };
const AccessKey = { AccessKeyId: 'AKIAXXXXXXXXXXXXXOLD', Status: 'Active', CreateDate: at };
const Tag = { Key: 'keys-until', Value: '' };

const without = (whole: object, member: string) =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => name !== member));

describe('what is read of an answer of IAM', () => {
  it.each([
    ['ListUsers', ListUsersAnswer, { Users: [User] }],
    ['ListAccessKeys', ListAccessKeysAnswer, { AccessKeyMetadata: [AccessKey] }],
    ['ListUserTags', ListUserTagsAnswer, { Tags: [Tag] }],
  ])('is a page of %s, which ends unless it says otherwise', (_, schema, answer) => {
    const $metadata = { attempts: 1 };

    expect(v.parse(schema, { ...answer, $metadata })).toEqual({ ...answer, IsTruncated: false });
    expect(v.parse(schema, { ...answer, IsTruncated: true, Marker: 'm' })).toEqual({
      ...answer,
      IsTruncated: true,
      Marker: 'm',
    });
    expect(v.is(schema, {})).toBe(false);
    expect(v.is(schema, { ...answer, IsTruncated: 'no' })).toBe(false);
  });

  it.each(['UserId', 'UserName'])('is a user, never one without %s', (member) => {
    expect(v.parse(GetUserAnswer, { User })).toEqual({ User });
    expect(v.is(GetUserAnswer, { User: { ...User, [member]: 'x'.repeat(128) } })).toBe(true);
    const long = 'x'.repeat(129);
    for (const wrong of [
      without(User, member),
      { ...User, [member]: '' },
      { ...User, [member]: long },
    ]) {
      expect(v.is(GetUserAnswer, { User: wrong })).toBe(false);
      expect(v.is(ListUsersAnswer, { Users: [User, wrong] })).toBe(false);
    }
  });

  it.each(['AccessKeyId', 'Status', 'CreateDate'])('is a key, never one without %s', (member) => {
    const AccessKeyMetadata = [AccessKey, without(AccessKey, member)];
    expect(v.is(ListAccessKeysAnswer, { AccessKeyMetadata })).toBe(false);
  });

  it('is a tag that has a key, and a value that may be empty', () => {
    expect(v.is(ListUserTagsAnswer, { Tags: [{ ...Tag, Key: '' }] })).toBe(false);
    expect(v.is(ListUserTagsAnswer, { Tags: [{ Key: Tag.Key }] })).toBe(false);
  });

  it('is the number of users', () => {
    const answer = { SummaryMap: { Users: 3 } };
    expect(v.parse(GetAccountSummaryAnswer, answer)).toEqual(answer);
    expect(v.is(GetAccountSummaryAnswer, { SummaryMap: {} })).toBe(false);
    expect(v.is(GetAccountSummaryAnswer, {})).toBe(false);
  });

  it('is the last use of a key, or that there was none', () => {
    const used = { AccessKeyLastUsed: { LastUsedDate: at } };
    expect(v.parse(GetAccessKeyLastUsedAnswer, used)).toEqual(used);
    expect(v.is(GetAccessKeyLastUsedAnswer, { AccessKeyLastUsed: {} })).toBe(true);
    expect(v.is(GetAccessKeyLastUsedAnswer, {})).toBe(false);
  });
});

const details = {
  UserId: 'AIDAXXXXXXXXXXXXALICE',
  UserName: 'alice',
  Arn: 'arn:aws:iam::123456789012:user/team/alice',
  Path: '/team/',
  CreateDate: at,
};

describe('what findings read of ListUsers', () => {
  it('is a page of users, which ends unless it says otherwise', () => {
    const Users = [{ ...details, PasswordLastUsed: at }];
    expect(v.parse(ListUserDetailsAnswer, { Users })).toEqual({
      IsTruncated: false,
      Users: [details],
    });
    const more = { IsTruncated: true, Marker: 'm', Users: [details] };
    expect(v.parse(ListUserDetailsAnswer, more)).toEqual(more);
  });

  it.each(Object.keys(details))('has no user without %s', (name) => {
    const Users = [details, without(details, name)];
    expect(v.is(ListUserDetailsAnswer, { Users })).toBe(false);
  });
});
