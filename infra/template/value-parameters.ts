import { Token } from 'aws-cdk-lib';
import type { Pattern } from '../settings/schemas.ts';
import { declareOneOf, mustBe, refOf, type SettingParameter } from './setting-parameter.ts';

// Settings that the template has as they are.

/** A text that is always given. */
export const text = (pattern: Pattern, standard: string): SettingParameter<string> => ({
  declaration: {
    Type: 'String',
    Default: standard,
    AllowedPattern: `^${pattern.pattern}$`,
    ConstraintDescription: mustBe(pattern),
  },
  valuesOf: (name) => [Token.asString(refOf(name))],
});

/** One of these numbers. */
export const oneOfNumbers = (
  AllowedValues: readonly number[],
  Default: number,
  expected = `one of ${AllowedValues.join(', ')}`,
): SettingParameter<number> => ({
  declaration: {
    ...{ Type: 'Number', Default, AllowedValues },
    ConstraintDescription: mustBe({ expected }),
  },
  valuesOf: (name) => [Token.asNumber(refOf(name))],
});

/** A whole number within its bounds; CloudFormation's own would let a fraction pass. */
export const wholeNumber = (bounds: {
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
}): SettingParameter<number> => {
  const { minimum, maximum } = bounds;
  const numbers = Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
  return oneOfNumbers(numbers, bounds.default, `a whole number from ${minimum} to ${maximum}`);
};

/** One of these texts, which the template has as it is. */
export const oneOf = <Option extends string>(
  options: readonly Option[],
  standard: Option,
): SettingParameter<Option> => ({
  declaration: declareOneOf(options, standard),
  valuesOf: (name) => [Token.asString(refOf(name)) as Option],
});
