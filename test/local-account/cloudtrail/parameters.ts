import * as v from 'valibot';
import { unfold } from '../form.ts';

const Members = v.record(v.string(), v.unknown());
const camelCase = (name: string) => name.replace(/^[A-Z]/, (letter) => letter.toLowerCase());

const rename = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rename);
  if (!v.is(Members, value) || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [camelCase(name), rename(member)]),
  );
};

/** A request's members as CloudTrail writes them: `userName` for `UserName`; `null` for none. */
export const requestParametersOf = (input: unknown): unknown =>
  v.is(Members, input) && Object.keys(input).length > 0 ? rename(unfold(input)) : null;

/** As IAM's records have it: `Mar 24, 2014 9:11:59 PM`. */
const textOf = (date: Date) => {
  const day = date.toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  const hours = date.getUTCHours();
  const [minutes, seconds] = date.toISOString().slice(14, 19).split(':');
  return `${day} ${hours % 12 || 12}:${minutes}:${seconds} ${hours < 12 ? 'AM' : 'PM'}`;
};

const AccessKey = v.object({
  UserName: v.string(),
  AccessKeyId: v.string(),
  Status: v.string(),
  CreateDate: v.pipe(v.date(), v.transform(textOf)),
});
const User = v.object({
  Path: v.string(),
  UserName: v.string(),
  UserId: v.string(),
  Arn: v.string(),
  CreateDate: v.pipe(v.date(), v.transform(textOf)),
});

/** What is written of an operation's answer: what was made, and never a secret. */
const RESPONSES: Readonly<Record<string, v.GenericSchema>> = {
  CreateAccessKey: v.object({ AccessKey }),
  CreateUser: v.object({ User }),
};

/** An answer's members as CloudTrail writes them; `null` for an operation that makes nothing. */
export const responseElementsOf = (operation: string, output: unknown): unknown => {
  const schema = RESPONSES[operation];
  return schema === undefined ? null : rename(v.parse(schema, output));
};
