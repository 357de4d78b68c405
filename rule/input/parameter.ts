import { describeValue } from './parse.ts';

/** A rule parameter that is unknown, empty, of another kind or out of bounds. */
export class InvalidParameterError extends Error {
  override readonly name = 'InvalidParameterError';
}

/** How a parameter is read: what holds when it is not given, and what a given value means. */
export type Parameter<Value> = {
  readonly default: Value;
  /** @throws {InvalidParameterError} names the parameter, what it expects and what it got */
  readonly parse: (name: string, value: unknown) => Value;
};

const refuse = (name: string, expected: string, value: unknown): InvalidParameterError =>
  new InvalidParameterError(`${name} must be ${expected}, got ${describeValue(value)}`);

/** Bounds and default of a whole number; both bounds are allowed values. */
type Bounds = {
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  readonly unit: string;
};

/** A whole number, as text or as a number. */
export const wholeNumber = (bounds: Bounds): Parameter<number> & Bounds => ({
  ...bounds,
  parse: (name, value) => {
    const { minimum, maximum, unit } = bounds;
    const text = typeof value === 'number' ? String(value) : value;
    const number = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= minimum && number <= maximum) return number;
    throw refuse(name, `a whole number of ${unit} from ${minimum} to ${maximum}`, value);
  },
});

/** `true` or `false`, as text or as a boolean. */
export const yesOrNo = (standard: boolean): Parameter<boolean> => ({
  default: standard,
  parse: (name, value) => {
    const text = String(value);
    const isOne = typeof value === 'boolean' || typeof value === 'string';
    if (isOne && (text === 'true' || text === 'false')) return text === 'true';
    throw refuse(name, 'true or false', value);
  },
});

/** What the key of a tag is: a regular expression of the whole of it, with `u`, and in words. */
export const TAG_KEY = {
  pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}',
  expected: 'the key of a tag, of 1 to 128 characters',
} as const;

/**
 * The key of a tag, 1 to 128 letters, digits, spaces and `_.:/=+-@` in any script; or none.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
 */
export const tagKey: Parameter<string | undefined> = {
  default: undefined,
  parse: (name, value) => {
    if (typeof value === 'string' && new RegExp(`^${TAG_KEY.pattern}$`, 'u').test(value))
      return value;
    throw refuse(name, TAG_KEY.expected, value);
  },
};
