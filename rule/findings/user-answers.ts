import * as v from 'valibot';
import type { AccessKey } from '../access-key.ts';
import { textUpTo } from '../parse.ts';

/** What a finding tells of a user beside its name and id. */
const UserDetails = v.object({
  UserId: textUpTo(128),
  UserName: textUpTo(128),
  Arn: textUpTo(2048),
  Path: textUpTo(512),
  CreateDate: v.date(),
});

/** What ListUsers must answer, as far as findings need it. */
export const ListUserDetailsAnswer = v.object({
  IsTruncated: v.optional(v.boolean(), false),
  Marker: v.optional(v.string()),
  Users: v.array(UserDetails),
});

/** An IAM user, as a finding tells of it. */
export type UserDetails = v.InferOutput<typeof UserDetails>;

/** The user with its keys, as both are now. */
export type UserWithKeys = UserDetails & { readonly keys: readonly AccessKey[] };
