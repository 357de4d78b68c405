import * as v from 'valibot';

const Members = v.record(v.string(), v.unknown());
/** `Tags.member.1.Key`: a list of objects, or of texts, as a form holds it. */
const IN_LIST = /^(\w+)\.member\.(\d+)(?:\.(\w+))?$/;

const camelCase = (name: string) => name.replace(/^[A-Z]/, (letter) => letter.toLowerCase());

/** A form's lists as lists: an item is a text, or an object of texts. */
const unfold = (input: Readonly<Record<string, unknown>>) => {
  const unfolded: Record<string, unknown> = {};
  const lists = new Map<string, Map<number, Record<string, unknown> | unknown>>();
  for (const [key, value] of Object.entries(input)) {
    const [, list, index, member] = IN_LIST.exec(key) ?? [];
    if (list === undefined) {
      unfolded[key] = value;
      continue;
    }
    const items = lists.get(list) ?? new Map<number, unknown>();
    const before = items.get(Number(index));
    const item =
      member === undefined ? value : { ...(v.is(Members, before) ? before : {}), [member]: value };
    lists.set(list, items.set(Number(index), item));
  }
  for (const [list, items] of lists)
    unfolded[list] = [...items].sort(([one], [other]) => one - other).map(([, item]) => item);
  return unfolded;
};

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
