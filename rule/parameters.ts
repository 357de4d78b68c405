import { describeValue } from './parse.ts';

/** Bounds and default of a rule parameter that is a whole number; both bounds are allowed values. */
type WholeNumber = {
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  readonly unit: string;
};

/**
 * The parameters of `iam-user-single-access-key`, by the name under which Config stores them.
 *
 * `maxActiveAccessKeys`  active access keys that a user may have
 * `minimumIdleDays`      days that a key must have been idle before it is chosen for deactivation
 * `refreshDays`          days after which a sweep reports a result again although nothing changed; 0, always
 */
export const RULE_PARAMETERS = {
  maxActiveAccessKeys: { minimum: 1, maximum: 10, default: 1, unit: 'keys' },
  minimumIdleDays: { minimum: 0, maximum: 365, default: 7, unit: 'days' },
  refreshDays: { minimum: 0, maximum: 365, default: 7, unit: 'days' },
} as const satisfies Record<string, WholeNumber>;

type ParameterName = keyof typeof RULE_PARAMETERS;

/** What the rule and the runbook decide by. */
export type RuleParameters = { readonly [Name in ParameterName]: number };

/** A rule parameter that is unknown, empty, no whole number or out of bounds. */
export class InvalidParameterError extends Error {
  override readonly name = 'InvalidParameterError';
}

const isParameterName = (name: string): name is ParameterName =>
  Object.hasOwn(RULE_PARAMETERS, name);

/**
 * Reads one parameter's value, as text or as a number; its bounds are those of `RULE_PARAMETERS`.
 *
 * @throws {InvalidParameterError} names the parameter, what it got and what it expects
 */
export const parseParameter = (name: ParameterName, value: unknown): number => {
  const { minimum, maximum, unit } = RULE_PARAMETERS[name];
  const text = typeof value === 'number' ? String(value) : value;
  const number = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= minimum && number <= maximum) return number;
  throw new InvalidParameterError(
    `${name} must be a whole number of ${unit} from ${minimum} to ${maximum}, got ${describeValue(value)}`,
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
  const defaults = {
    maxActiveAccessKeys: RULE_PARAMETERS.maxActiveAccessKeys.default,
    minimumIdleDays: RULE_PARAMETERS.minimumIdleDays.default,
    refreshDays: RULE_PARAMETERS.refreshDays.default,
  };
  const given: [ParameterName, number][] = [];
  for (const [name, value] of Object.entries(parseObject(inputParameters || '{}'))) {
    if (!isParameterName(name)) {
      const known = Object.keys(RULE_PARAMETERS).join(', ');
      throw new InvalidParameterError(
        `unknown rule parameter ${describeValue(name)}, expected ${known}`,
      );
    }
    given.push([name, parseParameter(name, value)]);
  }
  return { ...defaults, ...Object.fromEntries(given) };
};
