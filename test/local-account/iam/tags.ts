import * as v from 'valibot';
import { type Operation, ServiceError } from '../dispatch.ts';
import { cutPage, unfold } from '../request.ts';
import {
  type Announce,
  iamOperation,
  invalidMarker,
  PAGING,
  UserName,
  type Users,
} from './users.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const TAGS_PER_USER = 50;

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const Key = v.pipe(v.string(), v.minLength(1), v.maxLength(128), v.regex(TAG_TEXT));
const Value = v.pipe(v.string(), v.maxLength(256), v.regex(TAG_TEXT));
const atMost = <Schema extends v.GenericSchema>(item: Schema) =>
  v.pipe(v.array(item), v.maxLength(TAGS_PER_USER));

/** Schema of a form with lists. */
const Form = v.pipe(v.record(v.string(), v.unknown()), v.transform(unfold));
const Tags = atMost(v.strictObject({ Key, Value }));
const TagUser = v.pipe(Form, v.strictObject({ UserName, Tags }));
const UntagUser = v.pipe(Form, v.strictObject({ UserName, TagKeys: atMost(Key) }));

/** The operations on tags of users. Tag keys are case-insensitive, and AWS Config records changes of tags. */
export const tagOperations = (
  users: Users,
  announce: Announce,
  pageSize: number,
): Readonly<Record<string, Operation>> => ({
  TagUser: iamOperation(TagUser, (input) => {
    const user = users.named(input.UserName);
    const keys = input.Tags.map((tag) => tag.Key.toLowerCase());
    if (new Set([...user.tags.keys(), ...keys]).size > TAGS_PER_USER) {
      const message = `Cannot exceed quota for TagsPerUser: ${TAGS_PER_USER}`;
      throw new ServiceError('LimitExceeded', message, 409);
    }
    for (const tag of input.Tags) user.tags.set(tag.Key.toLowerCase(), tag);
    announce('OK', user);
  }),
  UntagUser: iamOperation(UntagUser, (input) => {
    const user = users.named(input.UserName);
    for (const key of input.TagKeys) user.tags.delete(key.toLowerCase());
    announce('OK', user);
  }),
  ListUserTags: iamOperation(
    v.strictObject({ UserName, ...PAGING }),
    ({ UserName, Marker, MaxItems }) => {
      const user = users.named(UserName);
      const page = cutPage({
        list: `ListUserTags ${user.UserId}`,
        items: user.tags.values(),
        keyOf: (tag) => tag.Key,
        size: Math.min(MaxItems, pageSize),
        marker: Marker,
        refuse: invalidMarker,
      });
      return { Tags: page.items, IsTruncated: page.next !== undefined, Marker: page.next };
    },
  ),
});
