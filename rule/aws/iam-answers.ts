import * as v from 'valibot';
import { Text, textUpTo } from '../input/parse.ts';

// What IAM's answers must have, as far as they are read; @see https://docs.aws.amazon.com/IAM/latest/APIReference/

// Longer than IAM makes them: they stand in log lines and annotations.
const Name = textUpTo(128);
const User = v.object({ UserId: Name, UserName: Name });
const Page = { IsTruncated: v.optional(v.boolean(), false), Marker: v.optional(v.string()) };
export const ListUsersAnswer = v.object({ ...Page, Users: v.array(User) });
export const ListUserDetailsAnswer = v.object({
  ...Page,
  Users: v.array(
    v.object({
      ...User.entries,
      Arn: textUpTo(2048),
      Path: textUpTo(512),
      CreateDate: v.date(),
    }),
  ),
});
export const ListAccessKeysAnswer = v.object({
  ...Page,
  AccessKeyMetadata: v.array(v.object({ AccessKeyId: Name, Status: Name, CreateDate: v.date() })),
});
const Tag = v.object({ Key: Text, Value: v.string() });
export const ListUserTagsAnswer = v.object({ ...Page, Tags: v.array(Tag) });
export const GetUserAnswer = v.object({ User });
export const GetAccountSummaryAnswer = v.object({ SummaryMap: v.object({ Users: v.number() }) });
export const GetAccessKeyLastUsedAnswer = v.object({
  AccessKeyLastUsed: v.object({ LastUsedDate: v.optional(v.date()) }),
});
