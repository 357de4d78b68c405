import * as v from 'valibot';

/** A text that says something. */
export const Text = v.pipe(v.string(), v.minLength(1, 'a string that is not empty'));

/** A text that says something, in so many characters at most. */
export const textUpTo = (characters: number) =>
  v.pipe(Text, v.maxLength(characters, `at most ${characters} characters`));

/** JSON in a text, read. */
export const Json = v.pipe(v.string(), v.parseJson({}, 'JSON text'));

/** The 30th of February would be a day of March. */
const isInstant = (text: string): boolean => {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toJSON();
  return !Number.isNaN(Date.parse(text)) && day?.slice(0, 10) === text.slice(0, 10);
};

/** An ISO 8601 timestamp in a text, as a Date. */
export const Instant = v.pipe(
  v.string(),
  v.isoTimestamp('an ISO 8601 timestamp'),
  v.check(isInstant, 'an ISO 8601 timestamp'),
  v.transform((text) => new Date(text)),
);

/** Characters of a wrong value that an error message shows. */
const SHOWN_LENGTH = 80;

/** Characters that it shows of where the value was: a member may have any name. */
const SHOWN_PATH = 200;

/** A wrong value as an error message shows it. */
export const describeValue = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  // JSON has no bigint, which newer versions of Node read a large number as.
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return String(text).slice(0, SHOWN_LENGTH);
};

/** The first thing wrong: a missing member's input is the object that lacks it, so its path tells. */
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

/** What a value was read as, or why it could not be. */
export type Parsed<Output> =
  | { readonly output: Output; readonly problem?: never }
  | { readonly problem: string };

/**
 * Takes a value from outside as what `schema` describes, or says where, what was expected and what came.
 *
 * @param what  what the value is called where it comes from; the problem starts with it
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
  const parsed = tryParse(schema, value, what);
  if (parsed.problem === undefined) return parsed.output;
  throw error(parsed.problem);
};

/** A service answered with success, but not with what its API promises. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
}

/** How `parse` speaks of the answer of an API call. */
export const answerOf = (what: string) => ({
  what,
  error: (message: string) => new InvalidResponseError(message),
});

/** The function's environment is not the one that it is deployed with. */
export class InvalidEnvironmentError extends Error {
  override readonly name = 'InvalidEnvironmentError';
}
