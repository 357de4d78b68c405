import * as v from 'valibot';

/** The schema of a text that is not empty. */
export const Text = v.pipe(v.string(), v.minLength(1, 'a string that is not empty'));

/** Returns the schema of a text that is not empty and has at most the given number of characters. */
export const textUpTo = (characters: number) =>
  v.pipe(Text, v.maxLength(characters, `at most ${characters} characters`));

/** The schema that parses a JSON text. */
export const Json = v.pipe(v.string(), v.parseJson({}, 'JSON text'));

/** Tells whether a timestamp exists: JavaScript takes February 30 for a day in March. */
const isInstant = (text: string): boolean => {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toJSON();
  return !Number.isNaN(Date.parse(text)) && day?.slice(0, 10) === text.slice(0, 10);
};

/** The schema that parses an ISO 8601 timestamp to a Date. */
export const Instant = v.pipe(
  v.string(),
  v.isoTimestamp('an ISO 8601 timestamp'),
  v.check(isInstant, 'an ISO 8601 timestamp'),
  v.transform((text) => new Date(text)),
);

/** The maximum length of a wrong value in an error message, in characters. */
const SHOWN_LENGTH = 80;

/** The maximum length of a member's path in an error message, in characters. */
const SHOWN_PATH = 200;

/** Describes a wrong value for an error message. */
export const describeValue = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  // JSON.stringify throws on a bigint.
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return String(text).slice(0, SHOWN_LENGTH);
};

/** Describes an issue. For a missing member, the input is the object that lacks it, so it is not shown. */
const describeIssue = (issue: v.BaseIssue<unknown>, what: string): string => {
  const path = v.getDotPath(issue)?.slice(0, SHOWN_PATH) ?? null;
  const where = path === null ? what : `${what}.${path}`;
  if (issue.kind !== 'schema')
    return `${where}: expected ${issue.message}, got ${describeValue(issue.input)}`;
  if (issue.expected === 'never') return `${where}: expected no such member`;
  if (issue.received === 'undefined' && path !== null)
    return `${where}: expected a value, got nothing`;
  return `${where}: expected ${issue.expected}, got ${describeValue(issue.input)}`;
};

/** A parsed value, or why it is invalid. */
export type Parsed<Output> =
  | { readonly output: Output; readonly problem?: never }
  | { readonly problem: string };

/**
 * Validates a value from outside against a schema. The problem names the member, what was expected and what it got.
 *
 * @param what  the name of the value, with which the problem starts
 */
export const tryParse = <const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  what: string,
): Parsed<v.InferOutput<Schema>> => {
  const parsed = v.safeParse(schema, value);
  return parsed.success
    ? { output: parsed.output }
    : { problem: describeIssue(parsed.issues[0], what) };
};

/**
 * Validates a value from outside against a schema.
 *
 * @param what   the name of the value, with which the error message starts
 * @param error  creates the error from a message that names the member, what was expected and what it got
 */
export const parse = <const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  { what, error }: { readonly what: string; readonly error: (message: string) => Error },
): v.InferOutput<Schema> => {
  const parsed = tryParse(schema, value, what);
  if (parsed.problem === undefined) return parsed.output;
  throw error(parsed.problem);
};

/** A service returned a response that does not match its API reference. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
}

/** Returns the options with which `parse` validates the response of an API call. */
export const responseOf = (what: string) => ({
  what,
  error: (message: string) => new InvalidResponseError(message),
});

/** An environment variable of the function is missing or invalid. */
export class InvalidEnvironmentError extends Error {
  override readonly name = 'InvalidEnvironmentError';
}
