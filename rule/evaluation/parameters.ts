import {
  InvalidParameterError,
  type Parameters,
  readParameters,
  text,
  trueOrFalse,
  type ValuesOf,
  wholeNumber,
} from '../input/parameter.ts';
import { describeValue } from '../input/parse.ts';

/** The parameters that both rules have. */
const SHARED = {
  /** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
  exemptionTagKey: text({
    pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}',
    expected: 'a tag key of 1 to 128 characters',
    default: undefined,
    description:
      'Key of the tag that exempts a user until the end of the date in its value, such as 2026-12-31 (UTC)',
  }),
  refreshDays: wholeNumber({
    minimum: 0,
    maximum: 365,
    default: 7,
    unit: 'days',
    description:
      'Days after which a scheduled evaluation reports an unchanged result again (the rule on active keys: only violations); with 0, every one does',
  }),
};

/** The parameters of `iam-user-single-access-key`, by their names in AWS Config. */
export const RULE_PARAMETERS = {
  maxActiveAccessKeys: wholeNumber({
    minimum: 1,
    maximum: 10,
    default: 1,
    unit: 'keys',
    description: 'Active access keys that a user may have',
  }),
  countInactiveAccessKeys: trueOrFalse({
    default: false,
    description:
      'Whether inactive access keys count too; maxActiveAccessKeys then limits all keys of a user',
  }),
  rotationGraceDays: wholeNumber({
    minimum: 0,
    maximum: 90,
    default: 0,
    unit: 'days',
    description: 'Days for which a user may have more keys after its newest active key is created',
  }),
  minimumIdleDays: wholeNumber({
    minimum: 0,
    maximum: 365,
    default: 7,
    unit: 'days',
    description: 'Days that a key must be idle before it is selected for deactivation',
  }),
  /** At most a year: no published standard gives an access key more time, and up to this age a new key can stay unused. */
  maxAccessKeyAge: wholeNumber({
    minimum: 0,
    maximum: 365,
    default: 90,
    unit: 'days',
    description:
      'Age in days at which a key is due for rotation; if the rotation to a younger key looks unfinished, no key is selected; with 0, the age of a key does not matter',
  }),
  ...SHARED,
};

/** The parameters of `iam-user-inactive-access-key`. */
export const INACTIVE_RULE_PARAMETERS = {
  maxInactiveDays: wholeNumber({
    minimum: 0,
    maximum: 90,
    default: 30,
    unit: 'days',
    description:
      'Days that a key may be inactive before it must be deleted or reactivated; with 0, no key may be inactive',
  }),
  ...SHARED,
};

/** The values of the parameters of `iam-user-single-access-key`. */
export type RuleParameters = ValuesOf<typeof RULE_PARAMETERS>;

/** The values of the parameters of `iam-user-inactive-access-key`. */
export type InactiveRuleParameters = ValuesOf<typeof INACTIVE_RULE_PARAMETERS>;

const parseObject = (inputParameters: string): Readonly<Record<string, unknown>> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(inputParameters);
  } catch (cause) {
    throw new InvalidParameterError('rule parameters must be a JSON object, got invalid JSON', {
      cause,
    });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw new InvalidParameterError(
    `rule parameters must be a JSON object, got ${describeValue(parsed)}`,
  );
};

const reader =
  <const P extends Parameters>(parameters: P) =>
  (inputParameters?: string): ValuesOf<P> =>
    readParameters(parameters, parseObject(inputParameters || '{}'), 'rule parameter');

/**
 * Parses the InputParameters of `iam-user-single-access-key`, a JSON object. Without them, the defaults apply.
 *
 * @throws {InvalidParameterError} names the first unknown parameter, or every value that is not allowed
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const parseRuleParameters = reader(RULE_PARAMETERS);

/**
 * Parses the InputParameters of `iam-user-inactive-access-key`, a JSON object. Without them, the defaults apply.
 *
 * @throws {InvalidParameterError} names the first unknown parameter, or every value that is not allowed
 */
export const parseInactiveRuleParameters = reader(INACTIVE_RULE_PARAMETERS);
