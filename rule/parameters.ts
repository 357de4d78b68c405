import { describeValue } from './parse.ts';

/** Bounds and default of a rule parameter that is a whole number; both bounds are allowed values. */
type WholeNumber = {
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  readonly unit: string;
};

/**
 * The parameters of `iam-user-single-access-key` that are whole numbers, by the name under which Config stores them.
 *
 * `maxActiveAccessKeys`  active access keys that a user may have
 * `rotationGraceDays`    days after the creation of its newest active key for which a user may have more; 0, none
 * `minimumIdleDays`      days that a key must have been idle before it is chosen for deactivation
 * `refreshDays`          days after which a sweep reports a result again although nothing changed; 0, always
 */
export const RULE_PARAMETERS = {
  maxActiveAccessKeys: { minimum: 1, maximum: 10, default: 1, unit: 'keys' },
  rotationGraceDays: { minimum: 0, maximum: 90, default: 0, unit: 'days' },
  minimumIdleDays: { minimum: 0, maximum: 365, default: 7, unit: 'days' },
  refreshDays: { minimum: 0, maximum: 365, default: 7, unit: 'days' },
} as const satisfies Record<string, WholeNumber>;

type WholeNumberName = keyof typeof RULE_PARAMETERS;

/** What the rule and the runbook decide by. */
export type RuleParameters = { readonly [Name in WholeNumberName]: number } & {
  /** The key of the tag whose value, a UTC date, exempts a user up to and including that day; absent, no tag does. */
  readonly exemptionTag?: string | undefined;
};

/** A rule parameter that is unknown, empty, of another kind or out of bounds. */
export class InvalidParameterError extends Error {
  override readonly name = 'InvalidParameterError';
}

/**
 * Reads a parameter that is a whole number, as text or as a number; its bounds are those of `RULE_PARAMETERS`.
 *
 * @throws {InvalidParameterError} names the parameter, what it got and what it expects
 */
export const parseParameter = (name: WholeNumberName, value: unknown): number => {
  const { minimum, maximum, unit } = RULE_PARAMETERS[name];
  const text = typeof value === 'number' ? String(value) : value;
  const number = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= minimum && number <= maximum) return number;
  throw new InvalidParameterError(
    `${name} must be a whole number of ${unit} from ${minimum} to ${maximum}, got ${describeValue(value)}`,
  );
};

/**
 * Reads the key of a tag: 1 to 128 letters, digits, spaces and `_.:/=+-@`, in any script.
 *
 * @throws {InvalidParameterError} says what came
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
 */
export const parseExemptionTag = (value: unknown): string => {
  if (typeof value === 'string' && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(value)) return value;
  throw new InvalidParameterError(
    `exemptionTag must be the key of a tag, of 1 to 128 characters, got ${describeValue(value)}`,
  );
};

const parseValue = (name: string, value: unknown): number | string => {
  if (name === 'exemptionTag') return parseExemptionTag(value);
  const known = Object.keys(RULE_PARAMETERS);
  const wholeNumber = (known as WholeNumberName[]).find((candidate) => candidate === name);
  if (wholeNumber !== undefined) return parseParameter(wholeNumber, value);
  throw new InvalidParameterError(
    `unknown rule parameter ${describeValue(name)}, expected ${[...known, 'exemptionTag'].join(', ')}`,
  );
};

const parseObject = (inputParameters: string): object => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(inputParameters);
  } catch (cause) {
    throw new InvalidParameterError('rule parameters must be a JSON object, got no JSON', {
      cause,
    });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new InvalidParameterError(
    `rule parameters must be a JSON object, got ${describeValue(parsed)}`,
  );
};

/**
 * Reads the InputParameters of the rule: a JSON object, or nothing for the defaults.
 *
 * @throws {InvalidParameterError} when a name is unknown or a value is not within its bounds
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const parseRuleParameters = (inputParameters?: string): RuleParameters => {
  const given = Object.entries(parseObject(inputParameters || '{}'));
  return {
    maxActiveAccessKeys: RULE_PARAMETERS.maxActiveAccessKeys.default,
    rotationGraceDays: RULE_PARAMETERS.rotationGraceDays.default,
    minimumIdleDays: RULE_PARAMETERS.minimumIdleDays.default,
    refreshDays: RULE_PARAMETERS.refreshDays.default,
    ...Object.fromEntries(given.map(([name, value]) => [name, parseValue(name, value)])),
  };
};
