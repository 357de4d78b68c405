import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ListUserDetailsAnswer } from '../../../rule/findings/user-answers.ts';
import { at } from '../../support/build.ts';

const user = {
  UserId: 'AIDAXXXXXXXXXXXXALICE',
  UserName: 'alice',
  Arn: 'arn:aws:iam::123456789012:user/team/alice',
  Path: '/team/',
  CreateDate: at,
};

describe('what findings read of ListUsers', () => {
  it('is a page of users, which ends unless it says otherwise', () => {
    const Users = [{ ...user, PasswordLastUsed: at }];
    expect(v.parse(ListUserDetailsAnswer, { Users })).toEqual({
      IsTruncated: false,
      Users: [user],
    });
    const more = { IsTruncated: true, Marker: 'm', Users: [user] };
    expect(v.parse(ListUserDetailsAnswer, more)).toEqual(more);
  });

  it.each(Object.keys(user))('has no user without %s', (name) => {
    const without = Object.entries(user).filter(([member]) => member !== name);
    const Users = [user, Object.fromEntries(without)];
    expect(v.is(ListUserDetailsAnswer, { Users })).toBe(false);
  });
});
