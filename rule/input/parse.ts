import * as v from 'valibot';

/** A string that is not empty. */
export const Text = v.pipe(v.string(), v.minLength(1, 'a string that is not empty'));

/** A string of at most so many characters that is not empty. */
export const textUpTo = (characters: number) =>
  v.pipe(Text, v.maxLength(characters, `at most ${characters} characters`));

/** A JSON text, parsed. */
export const Json = v.pipe(v.string(), v.parseJson({}, 'JSON text'));

/** `Date` takes the 30th of February for a day of March. */
const isInstant = (text: string): boolean => {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toJSON();
  return !Number.isNaN(Date.parse(text)) && day?.slice(0, 10) === text.slice(0, 10);
};

/** An ISO 8601 timestamp, parsed as a Date. */
export const Instant = v.pipe(
  v.string(),
  v.isoTimestamp('an ISO 8601 timestamp'),
  v.check(isInstant, 'an ISO 8601 timestamp'),
  v.transform((text) => new Date(text)),
);

/** The most characters of a wrong value in an error message. */
const SHOWN_LENGTH = 80;

/** The most characters of a path in an error message. */
const SHOWN_PATH = 200;

/** Describes a wrong value in an error message. */
export const describeValue = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  // JSON has no bigint, which newer versions of Node read a large number as.
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return String(text).slice(0, SHOWN_LENGTH);
};

/** Describes the first problem: the member, what was expected and what it got. */
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

/** The parsed value, or why it cannot be parsed. */
export type Parsed<Output> =
  | { readonly output: Output; readonly problem?: never }
  | { readonly problem: string };

/**
 * Parses a value from outside. The problem names the member, what was expected and what it got.
 *
 * @param what  the name of the value; the problem starts with it
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
 * Parses a value from outside.
 *
 * @param what   the name of the value; the error message starts with it
 * @param error  creates the error to throw from its message
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

/** A successful response that does not have the documented shape. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
}

/** Returns the options of `parse` for the response of an operation. */
export const answerOf = (what: string) => ({
  what,
  error: (message: string) => new InvalidResponseError(message),
});

/** An environment variable of the function is missing or wrong. */
export class InvalidEnvironmentError extends Error {
  override readonly name = 'InvalidEnvironmentError';
}
