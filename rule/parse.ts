import * as v from 'valibot';

/** Characters of a wrong value that an error message shows. */
const SHOWN_LENGTH = 80;

/** A wrong value as an error message shows it. */
export const describeValue = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(JSON.stringify(value)).slice(0, SHOWN_LENGTH);
};

/** The first thing wrong: a missing member's input is the object that lacks it, so its path tells. */
const describeIssue = (issue: v.BaseIssue<unknown>, what: string): string => {
  const path = v.getDotPath(issue);
  const where = path === null ? what : `${what}.${path}`;
  if (issue.kind !== 'schema')
    return `${where}: expected ${issue.message}, got ${describeValue(issue.input)}`;
  if (issue.expected === 'never') return `${where}: expected no such member`;
  if (issue.received === 'undefined' && path !== null)
    return `${where}: expected a value, got nothing`;
  return `${where}: expected ${issue.expected}, got ${describeValue(issue.input)}`;
};

/**
 * Takes a value from outside as what `schema` describes.
 *
 * @param what   what the value is called where it comes from; the error message starts with it
 * @param error  makes the error to throw from a message that says where, what was expected and what came
 */
export const parse = <const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  { what, error }: { readonly what: string; readonly error: (message: string) => Error },
): v.InferOutput<Schema> => {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw error(describeIssue(parsed.issues[0], what));
};
