import * as v from 'valibot';
import { unfold } from '../request.ts';

const Members = v.record(v.string(), v.unknown());
const camelCase = (name: string) => name.replace(/^[A-Z]/, (letter) => letter.toLowerCase());

const rename = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rename);
  if (!v.is(Members, value) || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [camelCase(name), rename(member)]),
  );
};

/** Writes the members of a request in camel case, as CloudTrail does; `null` without members. */
export const requestParametersOf = (input: unknown): unknown =>
  v.is(Members, input) && Object.keys(input).length > 0 ? rename(unfold(input)) : null;

/** Writes a date as records of IAM do: `Mar 24, 2014 9:11:59 PM`. */
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

/** The parts of responses that CloudTrail records. Secrets are not among them. */
const RESPONSES: Readonly<Record<string, v.GenericSchema>> = {
  CreateAccessKey: v.object({ AccessKey }),
  CreateUser: v.object({ User }),
};

/** Writes the recorded part of a response; `null` for an operation that creates nothing. */
export const responseElementsOf = (operation: string, output: unknown): unknown => {
  const schema = RESPONSES[operation];
  return schema === undefined ? null : rename(v.parse(schema, output));
};
