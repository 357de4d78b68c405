import * as v from 'valibot';
import { describeValue } from './parse.ts';

/** A parameter or setting is unknown, has a value that is not allowed, or contradicts another one. */
export class InvalidParameterError extends Error {
  override readonly name = 'InvalidParameterError';
}

/** An input value: a parameter of a Config rule or a setting of a deployment. */
export type Parameter<Value> = {
  /** Accepts texts and JSON values. */
  readonly schema: v.GenericSchema<unknown, Value>;
  /** The allowed values in words; completes "must be …". */
  readonly expected: string;
  readonly default: Value;
  readonly description: string;
};

/** Parameters by name. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

type ValueOf<P> = P extends Parameter<infer Value> ? Value : never;

/** The values of parameters by name. A parameter whose default is `undefined` may be absent. */
export type ValuesOf<P> = {
  readonly [Name in keyof P as undefined extends ValueOf<P[Name]> ? never : Name]: ValueOf<P[Name]>;
} & {
  readonly [Name in keyof P as undefined extends ValueOf<P[Name]> ? Name : never]?: ValueOf<
    P[Name]
  >;
};

/** The inclusive bounds of a whole number. */
export type Bounds = { readonly minimum: number; readonly maximum: number; readonly unit: string };

/** The default and the description of a parameter. */
type Own<Value> = { readonly default: Value; readonly description: string };

/** Returns a parameter that is a whole number within bounds. With the default `undefined`, it is optional. */
export const wholeNumber = <Default extends number | undefined>(
  own: Bounds & Own<Default>,
): Parameter<number | Default> & Bounds => {
  const { minimum, maximum, unit } = own;
  const isWithin = (given: unknown): boolean =>
    (typeof given === 'number' || typeof given === 'string') &&
    /^\d{1,9}$/.test(String(given)) &&
    Number(given) >= minimum &&
    Number(given) <= maximum;
  const schema = v.pipe(v.unknown(), v.check(isWithin), v.transform(Number));
  return { ...own, schema, expected: `a whole number of ${unit} from ${minimum} to ${maximum}` };
};

/** The allowed values of a parameter. */
type Options<Option> = { readonly options: readonly Option[] };

/** Returns a parameter with a few allowed values. The text of an option, such as `'true'`, is accepted as the option. */
export const oneOf = <const Option extends string | number | boolean>(
  own: Options<Option> & Own<NoInfer<Option>>,
): Parameter<Option> & Options<Option> => {
  const { options } = own;
  const expected = options.length > 2 ? `one of ${options.join(', ')}` : options.join(' or ');
  const find = (given: unknown) =>
    options.find((option) => option === given || String(option) === given);
  const schema = v.pipe(
    v.unknown(),
    v.check((given) => find(given) !== undefined, expected),
    v.transform((given) => find(given) as Option),
  );
  return { ...own, schema, expected };
};

/** Returns a parameter that is true or false. */
export const trueOrFalse = (own: Own<boolean>): Parameter<boolean> & Options<boolean> =>
  oneOf<boolean>({ ...own, options: [true, false] });

/** The pattern of a text, valid in JavaScript and in CloudFormation, and its description in words. */
export type Pattern = { readonly pattern: string; readonly expected: string };

/** Returns the schema of a text that matches a pattern as a whole. */
export const textLike = ({ pattern, expected }: Pattern) =>
  v.pipe(v.string(expected), v.regex(new RegExp(`^${pattern}$`, 'u'), expected));

/** Returns a parameter that is a text with a pattern. With the default `undefined`, it is optional. */
export const text = <Default extends string | undefined>(
  own: Pattern & Own<Default>,
): Parameter<string | Default> & Pattern => ({ ...own, schema: textLike(own) });

/**
 * Reads the values of parameters. An absent value becomes the default.
 *
 * @param kind  what error messages call a parameter, such as `rule parameter`
 * @throws {InvalidParameterError} names the first unknown parameter, or every value that is not allowed
 */
export const readParameters = <const P extends Parameters>(
  parameters: P,
  given: Readonly<Record<string, unknown>>,
  kind: string,
): ValuesOf<P> => {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined)
    throw new InvalidParameterError(
      `unknown ${kind} ${describeValue(unknown)}, expected ${Object.keys(parameters).join(', ')}`,
    );
  const problems: string[] = [];
  const values = Object.entries(parameters).map(([name, parameter]) => {
    const { [name]: value } = given;
    if (value === undefined) return [name, parameter.default];
    const parsed = v.safeParse(parameter.schema, value);
    if (!parsed.success)
      problems.push(`${name} must be ${parameter.expected}, got ${describeValue(value)}`);
    return [name, parsed.output];
  });
  if (problems.length > 0) throw new InvalidParameterError(problems.join('; '));
  return Object.fromEntries(values) as ValuesOf<P>;
};
