import { Fn, Token } from 'aws-cdk-lib';
import { InvalidParameterError } from '../../rule/input/parameter.ts';
import { SETTINGS, type Settings } from '../settings/settings.ts';
import type { Choice } from './choice.ts';

type Setting = (typeof SETTINGS)[keyof typeof SETTINGS];

/** How a setting becomes a parameter of the template. */
type Form = {
  /** The declaration of the parameter, without its description. */
  readonly declaration: Readonly<Record<string, unknown>>;
  /** The values of the setting at synthesis, one for each alternative of the choice; often a CDK token. */
  readonly values: readonly unknown[];
  /** The choice that the template makes, if more than a value depends on the parameter. */
  readonly choice?: Choice;
};

/** A setting as a parameter of the template. */
type TemplateParameter = Form & { readonly name: string; readonly setting: string };

/** Returns the name of the parameter of a setting: `ConfigRuleName` for `configRuleName`. */
export const parameterNameOf = (setting: string): string =>
  `${setting.charAt(0).toUpperCase()}${setting.slice(1)}`;

const isEqual = (name: string, value: string) => ({ 'Fn::Equals': [{ Ref: name }, value] });

/** The choice whether an optional setting has a value. The template represents its absence by an empty text. */
const choiceIfGiven = (name: string): Choice => ({
  name,
  alternatives: [
    { name: `${name}IsGiven`, expression: { 'Fn::Not': [isEqual(name, '')] } },
    { name: `${name}IsNotGiven`, expression: isEqual(name, '') },
  ],
});

/** One of these numbers. MinValue and MaxValue of CloudFormation would allow fractions. */
const formOfNumbers = (
  name: string,
  AllowedValues: readonly unknown[],
  isOptional: boolean,
): Form => {
  const number = Token.asNumber({ Ref: name });
  if (!isOptional) return { declaration: { Type: 'Number', AllowedValues }, values: [number] };
  return {
    declaration: { Type: 'String', AllowedValues: ['', ...AllowedValues.map(String)] },
    values: [number, undefined],
    choice: choiceIfGiven(name),
  };
};

/** One of these values, each of which makes a template of its own. */
const formOfOptions = (name: string, options: readonly unknown[]): Form => {
  const AllowedValues = options.map(String);
  const alternatives = AllowedValues.map((value) => {
    const words = value.split('_').map(parameterNameOf).join('');
    return { name: `${name}Is${words}`, expression: isEqual(name, value), value };
  });
  return {
    declaration: { Type: 'String', AllowedValues },
    values: options,
    choice: { name, alternatives },
  };
};

/** A text that matches a pattern, or an empty one for a setting without a default. */
const formOfText = (name: string, setting: Extract<Setting, { pattern: string }>): Form => {
  const text = Token.asString({ Ref: name });
  if (setting.default !== undefined)
    return {
      declaration: { Type: 'String', AllowedPattern: `^${setting.pattern}$` },
      values: [text],
    };
  return {
    declaration: { Type: 'String', AllowedPattern: `^(${setting.pattern})?$` },
    values: ['isList' in setting ? Fn.split(',', text) : text, undefined],
    choice: choiceIfGiven(name),
  };
};

const formOf = (name: string, setting: Setting): Form => {
  if ('pattern' in setting) return formOfText(name, setting);
  if ('options' in setting)
    return typeof setting.default === 'number'
      ? formOfNumbers(name, setting.options, false)
      : formOfOptions(name, setting.options);
  const { minimum, maximum } = setting;
  return formOfNumbers(
    name,
    Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index),
    setting.default === undefined,
  );
};

/** Every setting as a parameter of the template. */
export const TEMPLATE_PARAMETERS: readonly TemplateParameter[] = Object.entries(SETTINGS).map(
  ([setting, parameter]) => {
    const name = parameterNameOf(setting);
    const { declaration, ...form } = formOf(name, parameter);
    const isOptional = parameter.default === undefined;
    return {
      ...form,
      name,
      setting,
      declaration: {
        Description: `${parameter.description}${isOptional ? ' (optional)' : ''}`,
        Default:
          typeof parameter.default === 'boolean'
            ? String(parameter.default)
            : (parameter.default ?? ''),
        ConstraintDescription: `must be ${parameter.expected}${isOptional ? ', or empty' : ''}`,
        ...declaration,
      },
    };
  },
);

const textOf = (setting: string, value: unknown): string => {
  if (!Array.isArray(value)) return String(value ?? '');
  const withComma = value.find((item) => String(item).includes(','));
  if (withComma === undefined) return value.join(',');
  throw new InvalidParameterError(
    `${setting} must be names without commas in a template, got ${JSON.stringify(withComma)}`,
  );
};

/**
 * Returns the template parameters that have the effect of these settings. An absent setting is an empty text.
 *
 * @throws {InvalidParameterError} when the name of an approver contains a comma
 */
export const parameterValuesOf = (settings: Settings): Record<string, string> =>
  Object.fromEntries(
    TEMPLATE_PARAMETERS.map(({ name, setting }) => [
      name,
      textOf(setting, settings[setting as keyof Settings]),
    ]),
  );
