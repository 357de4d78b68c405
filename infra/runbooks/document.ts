import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';

/** A step in the file of a document. `onlyWith`, which is not deployed, names the option that the step requires. */
type Step = { readonly name: string; readonly onlyWith?: unknown } & Readonly<
  Record<string, unknown>
>;

/** The content of an SSM Automation document. */
export type AutomationDocument = { readonly mainSteps: readonly Step[] } & Readonly<
  Record<string, unknown>
>;

/** Whether each option is chosen, by the name that `onlyWith` uses. */
export type Options = Readonly<Record<string, boolean>>;

/** The members that name the next step. */
const NAMES_STEP = new Set(['nextStep', 'NextStep', 'Default']);

const isIncluded = ({ name, onlyWith }: Step, options: Options): boolean => {
  if (onlyWith === undefined) return true;
  const chosen = options[String(onlyWith)];
  if (chosen !== undefined) return chosen;
  const known = Object.keys(options).join(', ') || 'none';
  throw new Error(`${name}: unknown option ${JSON.stringify(onlyWith)}, expected ${known}`);
};

/** Maps each step to itself or, if it is left out, to the next included step of the file. */
const substitutesOf = (
  steps: readonly Step[],
  included: (step: Step) => boolean,
): ReadonlyMap<string, string> =>
  new Map(
    steps.map((step, index) => {
      const next = steps.slice(index).find(included);
      if (next === undefined)
        throw new Error(
          `${step.name}: expected an included step after a step that is left out, got none`,
        );
      return [step.name, next.name];
    }),
  );

/** Replaces the name of each step that is left out. */
const replaceNames = (value: unknown, substitutes: ReadonlyMap<string, string>): unknown => {
  const replaceMember = ([name, member]: [string, unknown]): [string, unknown] => {
    if (typeof member !== 'string') return [name, replaceNames(member, substitutes)];
    if (NAMES_STEP.has(name)) return [name, substitutes.get(member) ?? member];
    if (name !== 'onFailure') return [name, member];
    const replace = (_: string, step: string) => `step:${substitutes.get(step) ?? step}`;
    return [name, member.replace(/^step:(.*)$/, replace)];
  };
  if (Array.isArray(value)) return value.map((item) => replaceNames(item, substitutes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(replaceMember));
};

/**
 * Leaves out the steps whose `onlyWith` names an option that is not chosen. Members that name such a step name the next
 * included step of the file instead.
 *
 * @throws when a step names an unknown option, or when no included step follows a step that is left out
 */
export const leaveOutSteps = (
  document: AutomationDocument,
  options: Options = {},
): AutomationDocument => {
  const { mainSteps } = document;
  const included = (step: Step) => isIncluded(step, options);
  const substitutes = substitutesOf(mainSteps, included);
  const steps = mainSteps
    .filter(included)
    .map(({ onlyWith: _, ...step }) => replaceNames(step, substitutes) as typeof step);
  return { ...document, mainSteps: steps };
};

/** The members of a document that this module needs. Systems Manager checks the rest. */
const Content = v.looseObject({
  schemaVersion: v.literal('0.3'),
  mainSteps: v.array(v.looseObject({ name: v.string() })),
});

/** The values and options with which a document is deployed. */
export type DocumentInput = {
  /**
   * Values by the name of their placeholder. A value may be a CDK token. If an entire text is a placeholder, its value
   * may also be a list, a number, or `undefined`, which leaves out the member.
   */
  readonly values: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /**
   * The options that `onlyWith` may name, and whether they are chosen.
   * @default - none
   */
  readonly options?: Options;
};

/** Reads a script from the folder `scripts/` of the document. Systems Manager would read `{{` in it as a reference. */
const readScript = (document: string, name: string): string | undefined => {
  const file = path.join(path.dirname(document), 'scripts', name);
  if (!name.endsWith('.py') || !existsSync(file)) return undefined;
  const script = readFileSync(file, 'utf8').trimEnd();
  if (!script.includes('{{')) return script;
  throw new Error(`${file}: a script must not contain {{, which Systems Manager resolves`);
};

const createFill = (document: string, { values }: DocumentInput) => {
  const find = (placeholder: string, name: string) => {
    if (Object.hasOwn(values, name)) return values[name];
    const script = readScript(document, name);
    if (script !== undefined) return script;
    const known = Object.keys(values).join(', ');
    throw new Error(
      `${document}: unknown placeholder ${placeholder}, expected a script or one of ${known}`,
    );
  };
  const textOf = (placeholder: string, name: string): string => {
    const value = find(placeholder, name);
    if (typeof value === 'string') return value;
    throw new Error(
      `${document}: ${placeholder} must be the entire text, because its value is not a string`,
    );
  };
  return (_key: unknown, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const [placeholder, name] = /^\$\{([\w.]+)\}$/.exec(value) ?? [];
    if (placeholder !== undefined && name !== undefined) return find(placeholder, name);
    return value.replace(/\$\{([\w.]+)\}/g, textOf);
  };
};

/**
 * Reads an Automation document. Replaces `${Name}` by values and `${name.py}` by scripts in every text except keys, and
 * leaves out the steps of options that are not chosen.
 *
 * @param document  the path of a YAML file, whose scripts are in the folder `scripts/` beside it
 * @throws when the file is not an Automation document, a placeholder is unknown, or a script contains `{{`
 */
export const readDocument = (document: string, input: DocumentInput): AutomationDocument => {
  const fill = createFill(document, input);
  const content: unknown = parse(readFileSync(document, 'utf8'), fill);
  if (v.is(Content, content)) return leaveOutSteps(content, input.options);
  const got = String(JSON.stringify(content)).slice(0, 100);
  throw new Error(`${document}: expected a document with schemaVersion '0.3', got ${got}`);
};
