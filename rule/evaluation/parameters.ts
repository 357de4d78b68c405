import {
  InvalidParameterError,
  type Parameter,
  tagKey,
  wholeNumber,
  yesOrNo,
} from '../input/parameter.ts';
import { describeValue } from '../input/parse.ts';

/** What both rules have. */
const SHARED = {
  exemptionTagKey: tagKey,
  refreshDays: wholeNumber({ minimum: 0, maximum: 365, default: 7, unit: 'days' }),
};

/**
 * The parameters of `iam-user-single-access-key`, by the name under which Config stores them.
 *
 * `maxActiveAccessKeys`      active access keys that a user may have
 * `countInactiveAccessKeys`  whether keys that are not active count too: then a user may have that many keys at all
 * `rotationGraceDays`        days after the creation of its newest active key for which a user may have more; 0, none
 * `minimumIdleDays`          days that a key must have been idle before it is chosen
 * `exemptionTagKey`             the key of the tag whose value, a UTC date, exempts a user up to and including that day;
 *                            not set, no tag does
 * `refreshDays`              days after which a sweep reports a result again although nothing changed; 0, always
 */
export const RULE_PARAMETERS = {
  maxActiveAccessKeys: wholeNumber({ minimum: 1, maximum: 10, default: 1, unit: 'keys' }),
  countInactiveAccessKeys: yesOrNo(false),
  rotationGraceDays: wholeNumber({ minimum: 0, maximum: 90, default: 0, unit: 'days' }),
  minimumIdleDays: wholeNumber({ minimum: 0, maximum: 365, default: 7, unit: 'days' }),
  ...SHARED,
};

/**
 * The parameters of `iam-user-inactive-access-key`.
 *
 * `maxInactiveDays`  days for which a key may be inactive
 * the others         as those of `iam-user-single-access-key`
 */
export const INACTIVE_RULE_PARAMETERS = {
  maxInactiveDays: wholeNumber({ minimum: 1, maximum: 90, default: 30, unit: 'days' }),
  ...SHARED,
};

type ValueOf<P> = P extends Parameter<infer Value> ? Value : never;

/** What parameters were read as; one without a default may be absent. */
type Values<Parameters> = {
  readonly [Name in keyof Parameters as undefined extends ValueOf<Parameters[Name]>
    ? never
    : Name]: ValueOf<Parameters[Name]>;
} & {
  readonly [Name in keyof Parameters as undefined extends ValueOf<Parameters[Name]>
    ? Name
    : never]?: ValueOf<Parameters[Name]>;
};

/** What the rule on the number of keys and its runbook decide by. */
export type RuleParameters = Values<typeof RULE_PARAMETERS>;

/** What the rule on inactive keys and its runbook decide by. */
export type InactiveRuleParameters = Values<typeof INACTIVE_RULE_PARAMETERS>;

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

const reader =
  <Parameters extends Readonly<Record<string, Parameter<unknown>>>>(parameters: Parameters) =>
  (inputParameters?: string): Values<Parameters> => {
    const given = new Map(Object.entries(parseObject(inputParameters || '{}')));
    for (const name of given.keys())
      if (!Object.hasOwn(parameters, name)) {
        const known = Object.keys(parameters).join(', ');
        throw new InvalidParameterError(
          `unknown rule parameter ${describeValue(name)}, expected ${known}`,
        );
      }
    const read = Object.entries(parameters).map(([name, parameter]) => [
      name,
      given.has(name) ? parameter.parse(name, given.get(name)) : parameter.default,
    ]);
    return Object.fromEntries(read) as Values<Parameters>;
  };

/**
 * Reads the InputParameters of `iam-user-single-access-key`: a JSON object, or nothing for the defaults.
 *
 * @throws {InvalidParameterError} when a name is unknown or a value is not within its bounds
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const parseRuleParameters = reader(RULE_PARAMETERS);

/** Reads the InputParameters of `iam-user-inactive-access-key` likewise. */
export const parseInactiveRuleParameters = reader(INACTIVE_RULE_PARAMETERS);
