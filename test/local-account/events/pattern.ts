import * as v from 'valibot';
import { ServiceError } from '../dispatch.ts';

/** Decides whether a value of an event, or its absence, matches. */
type Matcher = (value: unknown) => boolean;

const ExactValue = v.union([v.string(), v.number(), v.boolean(), v.null()]);
const Exists = v.strictObject({ exists: v.boolean() });
const Members = v.record(v.string(), v.unknown());

const refuse = (where: readonly string[], expected: string, got: unknown) =>
  new ServiceError(
    'InvalidEventPatternException',
    `Event pattern is not valid: ${where.join('.') || 'pattern'}: expected ${expected}, got ${JSON.stringify(got)}`,
  );

const isObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const oneOf = (alternatives: unknown, where: readonly string[]): Matcher => {
  const parsed = v.safeParse(v.pipe(v.array(v.unknown()), v.minLength(1)), alternatives);
  if (!parsed.success)
    throw refuse(where, 'a list of at least one value, or an object', alternatives);
  const matchers = parsed.output.map((alternative): Matcher => {
    if (v.is(ExactValue, alternative)) {
      // A list in the event matches if one of its values does.
      return (value) =>
        Array.isArray(value) ? value.includes(alternative) : value === alternative;
    }
    if (!v.is(Exists, alternative))
      throw refuse(where, 'a text, a number, true, false, null or exists', alternative);
    // `exists` applies to leaves only: an object never exists.
    return (value) => (value !== undefined && !isObject(value)) === alternative.exists;
  });
  return (value) => matchers.some((matches) => matches(value));
};

const allOf = (pattern: unknown, where: readonly string[]): Matcher => {
  const matchers = Object.entries(v.parse(Members, pattern)).map(([name, member]) => {
    if (name.startsWith('$')) throw refuse([...where, name], 'the name of a member', name);
    const inner = isObject(member) ? allOf : oneOf;
    return { name, matches: inner(member, [...where, name]) };
  });
  if (matchers.length === 0) throw refuse(where, 'at least one member', pattern);
  return (value) => {
    const members = v.is(Members, value) ? value : {};
    return matchers.every(({ name, matches }) => matches(members[name]));
  };
};

/**
 * Reads an event pattern with exact values, nested members and `exists`.
 *
 * @throws {ServiceError} InvalidEventPatternException for any other matcher
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export const parseEventPattern = (pattern: unknown): Matcher => {
  if (isObject(pattern)) return allOf(pattern, []);
  throw refuse([], 'an object', pattern);
};
