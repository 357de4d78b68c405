import * as v from 'valibot';
import { parse } from 'yaml';
import { ServiceError } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';

const Name = v.pipe(v.string(), v.regex(/^\w{1,128}$/, 'expected letters, digits and _'));

const Parameter = v.strictObject({
  type: v.picklist(['String', 'StringList', 'Boolean', 'Integer']),
  description: v.optional(v.string()),
  default: v.optional(v.union([v.string(), v.array(v.string()), v.boolean(), v.number()])),
  allowedValues: v.optional(v.array(v.union([v.string(), v.boolean(), v.number()]))),
  allowedPattern: v.optional(v.string()),
});
/** A parameter that a document declares. */
type DocumentParameter = v.InferOutput<typeof Parameter>;

const ValueType = v.picklist([
  ...['String', 'StringList', 'Boolean', 'Integer', 'StringMap', 'MapList'],
] as const);
/** The type of a parameter or an output. */
export type ValueType = v.InferOutput<typeof ValueType>;

const Output = v.strictObject({
  Name,
  Selector: v.pipe(v.string(), v.startsWith('$')),
  Type: ValueType,
});
/** An output that a step declares. */
export type StepOutput = v.InferOutput<typeof Output>;

const Step = v.strictObject({
  name: Name,
  action: v.string(),
  description: v.optional(v.string()),
  inputs: v.optional(v.record(v.string(), v.unknown()), {}),
  outputs: v.optional(v.array(Output), []),
  timeoutSeconds: v.optional(wholeNumber(1)),
  maxAttempts: v.optional(wholeNumber(1, 10), 1),
  onFailure: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(Abort|Continue|step:\w+)$/, 'expected Abort, Continue or step:<name>'),
    ),
    'Abort',
  ),
  isCritical: v.optional(v.boolean()),
  isEnd: v.optional(v.boolean(), false),
  nextStep: v.optional(Name),
});
/** A step of a runbook. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html */
export type Step = v.InferOutput<typeof Step>;

const Document = v.strictObject({
  schemaVersion: v.literal('0.3'),
  description: v.optional(v.string()),
  // AWS does not require a role. Without one the steps act as the caller, which our documents must not do.
  assumeRole: v.pipe(v.string(), v.nonEmpty()),
  parameters: v.optional(v.record(Name, Parameter), {}),
  outputs: v.optional(
    v.array(v.pipe(v.string(), v.regex(/^\w+\.\w+$/, 'expected step.Output'))),
    [],
  ),
  mainSteps: v.pipe(v.array(Step), v.minLength(1)),
});
/** The content of an Automation document. */
export type AutomationDocument = v.InferOutput<typeof Document>;

/** @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const MAX_DOCUMENT_BYTES = 64 * 1024;

/** Creates the error with which Systems Manager refuses a document. */
export const invalidDocument = (message: string) =>
  new ServiceError('InvalidDocumentContent', message);

const parseText = (text: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    throw invalidDocument(`expected YAML or JSON, got ${error}`);
  }
};

/**
 * Parses the content of an Automation document from an object or from YAML or JSON text.
 *
 * @throws {ServiceError} InvalidDocumentContent
 */
export const parseDocument = (content: unknown): AutomationDocument => {
  const isText = typeof content === 'string';
  const text = isText ? content : JSON.stringify(content);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_DOCUMENT_BYTES)
    throw invalidDocument(`a document must have at most ${MAX_DOCUMENT_BYTES} bytes, got ${bytes}`);
  const parsed = v.safeParse(Document, isText ? parseText(text) : JSON.parse(text));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw invalidDocument(`${v.getDotPath(issue) ?? 'document'}: ${issue.message}`);
};

/** The parameters of an execution as callers give them and executions show them: each is a list of texts. */
export type AutomationParameters = Readonly<Record<string, readonly string[]>>;

const refuse = (message: string): never => {
  throw new ServiceError('InvalidAutomationExecutionParametersException', message);
};

const parseValue = (name: string, type: DocumentParameter['type'], text: string) => {
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
  const values = texts.map((text) => parseValue(name, parameter.type, text));
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
