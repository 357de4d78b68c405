import { Fn, Token } from 'aws-cdk-lib';
import type { Pattern } from '../settings/schemas.ts';
import type { Choice } from './choice.ts';
import { declareOneOf, mustBe, refOf, type SettingParameter } from './setting-parameter.ts';

// Settings by which the template differs in more than their value.

const equals = (name: string, text: string) => ({ 'Fn::Equals': [refOf(name), text] });

const optional = <Value>(
  pattern: Pattern,
  given: (name: string) => Value,
): SettingParameter<Value | undefined> => ({
  declaration: {
    Type: 'String',
    Default: '',
    AllowedPattern: `^(${pattern.pattern})?$`,
    ConstraintDescription: `${mustBe(pattern)}, or nothing`,
  },
  valuesOf: (name) => [given(name), undefined],
  choiceOf: (name) => ({
    name,
    ways: [
      { name: `${name}IsGiven`, holds: { 'Fn::Not': [equals(name, '')] } },
      { name: `${name}IsNotGiven`, holds: equals(name, '') },
    ],
  }),
});

/** A text, or nothing. */
export const optionalText = (pattern: Pattern): SettingParameter<string | undefined> =>
  optional(pattern, (name) => Token.asString(refOf(name)));

/** Texts with commas between, or nothing. */
export const optionalList = (pattern: Pattern): SettingParameter<string[] | undefined> =>
  optional(pattern, (name) => Fn.split(',', Token.asString(refOf(name))));

const capitalized = (words: string): string =>
  words
    .split('_')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');

/** One way for each of these values. */
const choiceAmong =
  (values: readonly string[]) =>
  (name: string): Choice => ({
    name,
    ways: values.map((value) => ({
      name: `${name}Is${capitalized(value)}`,
      holds: equals(name, value),
      value,
    })),
  });

/** `true` or `false`, by which the template differs. */
export const yesOrNo = (standard: boolean): SettingParameter<boolean> => ({
  declaration: declareOneOf(['true', 'false'], String(standard)),
  valuesOf: () => [true, false],
  choiceOf: choiceAmong(['true', 'false']),
});

/** One of these texts, by which the template differs. */
export const oneWayOf = <Option extends string>(
  options: readonly Option[],
  standard: Option,
): SettingParameter<Option> => ({
  declaration: declareOneOf(options, standard),
  valuesOf: () => options,
  choiceOf: choiceAmong(options),
});
