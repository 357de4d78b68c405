import { ServiceError } from '../dispatch.ts';
import type { DocumentParameter } from './document.ts';

/** The parameters of an execution as callers give them and executions show them: each is a list of texts. */
export type AutomationParameters = Readonly<Record<string, readonly string[]>>;

const refuse = (message: string): never => {
  throw new ServiceError('InvalidAutomationExecutionParametersException', message);
};

const parseText = (name: string, type: DocumentParameter['type'], text: string) => {
  if (type === 'String' || type === 'StringList') return text;
  const isValid = type === 'Integer' ? /^-?\d{1,15}$/.test(text) : /^(true|false)$/i.test(text);
  if (!isValid) refuse(`${name} must be of type ${type}, got ${JSON.stringify(text)}`);
  return type === 'Integer' ? Number(text) : text.toLowerCase() === 'true';
};

const requireAllowed = (name: string, parameter: DocumentParameter, text: string) => {
  const { allowedValues, allowedPattern } = parameter;
  if (allowedValues && !allowedValues.map(String).includes(text))
    refuse(`${name} must be one of ${allowedValues.join(', ')}, got ${JSON.stringify(text)}`);
  if (allowedPattern && !new RegExp(`^(?:${allowedPattern})$`).test(text))
    refuse(`${name} must match ${allowedPattern}, got ${JSON.stringify(text)}`);
};

const parseGiven = (name: string, parameter: DocumentParameter, texts: readonly string[]) => {
  for (const text of texts) requireAllowed(name, parameter, text);
  const values = texts.map((text) => parseText(name, parameter.type, text));
  if (parameter.type === 'StringList') return values;
  if (values.length !== 1) refuse(`${name} must have one value, got ${values.length}`);
  return values[0];
};

/**
 * Parses the parameters that a caller gives and fills in defaults.
 *
 * An `allowedPattern` must match the whole value. Defaults are not checked.
 *
 * @throws {ServiceError} InvalidAutomationExecutionParametersException names the parameter
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
export const parseParameters = (
  declared: Readonly<Record<string, DocumentParameter>>,
  given: AutomationParameters,
): Readonly<Record<string, unknown>> => {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(declared, name))
      refuse(`unknown parameter ${name}, expected ${Object.keys(declared).join(', ')}`);
  const values = Object.entries(declared).map(([name, parameter]) => {
    const texts = given[name];
    if (texts !== undefined) return [name, parseGiven(name, parameter, texts)];
    if (parameter.default === undefined) refuse(`${name} must be given, got nothing`);
    return [name, parameter.default];
  });
  return Object.fromEntries(values);
};

/** Converts a value to the texts that an execution shows. */
export const toTexts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).map((item) =>
    typeof item === 'string' ? item : JSON.stringify(item),
  );
