import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';

/** A step of an Automation document as it is written; `onlyWith` is ours, and gone once steps are left out. */
type Step = { readonly name: string; readonly onlyWith?: unknown } & Readonly<
  Record<string, unknown>
>;

/** The content of an SSM Automation document. */
export type AutomationDocument = { readonly mainSteps: readonly Step[] } & Readonly<
  Record<string, unknown>
>;

/** Whether each option is taken, by the name that a step's `onlyWith` has. */
export type Options = Readonly<Record<string, boolean>>;

/** A member that names a step: where it goes on. */
const NAMES_STEP = new Set(['nextStep', 'NextStep', 'Default']);

const isTaken = ({ name, onlyWith }: Step, options: Options): boolean => {
  if (onlyWith === undefined) return true;
  const taken = options[String(onlyWith)];
  if (taken !== undefined) return taken;
  const known = Object.keys(options).join(', ') || 'none';
  throw new Error(`${name}: unknown option ${JSON.stringify(onlyWith)}, expected ${known}`);
};

/** The step that is there in the place of each one: itself, or where it is left out the next in the file that stays. */
const substitutesOf = (
  steps: readonly Step[],
  stays: (step: Step) => boolean,
): ReadonlyMap<string, string> =>
  new Map(
    steps.map((step, index) => {
      const next = steps.slice(index).find(stays);
      if (next === undefined)
        throw new Error(`${step.name}: a step that may be left out needs one that follows it`);
      return [step.name, next.name];
    }),
  );

/** Leads every reference to a step that is left out to the one in its place. */
const lead = (value: unknown, substitutes: ReadonlyMap<string, string>): unknown => {
  const leadMember = ([name, member]: [string, unknown]): [string, unknown] => {
    if (typeof member !== 'string') return [name, lead(member, substitutes)];
    if (NAMES_STEP.has(name)) return [name, substitutes.get(member) ?? member];
    const failed = name === 'onFailure' ? /^step:(.*)$/.exec(member)?.[1] : undefined;
    // Stryker disable next-line ConditionalExpression: nothing stands in the place of no step; only the types need that said.
    const substitute = failed === undefined ? undefined : substitutes.get(failed);
    return [name, substitute === undefined ? member : `step:${substitute}`];
  };
  if (Array.isArray(value)) return value.map((item) => lead(item, substitutes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(leadMember));
};

/**
 * Leaves out the steps that are `onlyWith` an option that is not taken; what led to one leads to the step that
 * follows it in the file.
 *
 * @throws when a step names an option that is not among them, or none that stays follows it
 */
export const leaveOutSteps = (
  document: AutomationDocument,
  options: Options = {},
): AutomationDocument => {
  const { mainSteps } = document;
  const stays = (step: Step) => isTaken(step, options);
  const substitutes = substitutesOf(mainSteps, stays);
  const steps = mainSteps
    .filter(stays)
    .map(({ onlyWith: _, ...step }) => lead(step, substitutes) as typeof step);
  return { ...document, mainSteps: steps };
};

/** An SSM Automation document; SSM itself reads the rest. */
const Content = v.looseObject({
  schemaVersion: v.literal('0.3'),
  mainSteps: v.array(v.looseObject({ name: v.string() })),
});

/** What synthesis decides about a document. */
export type Particulars = {
  /**
   * Values by the placeholder's name; CDK tokens are welcome. A list or nothing may stand for an entire text: with
   * nothing, its member is left out.
   */
  readonly values: Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * The options that a step may be `onlyWith`, and whether they are taken.
   * @default - none
   */
  readonly options?: Options;
};

/** A script as it stands in `scripts/` beside the document; Systems Manager would take `{{` for a reference of its own. */
const readScript = (document: string, name: string): string | undefined => {
  const file = path.join(path.dirname(document), 'scripts', name);
  if (!name.endsWith('.py') || !existsSync(file)) return undefined;
  const script = readFileSync(file, 'utf8').trimEnd();
  if (!script.includes('{{')) return script;
  throw new Error(`${file}: a script must not contain {{, which Systems Manager resolves`);
};

const createFill = (document: string, { values }: Particulars) => {
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
    throw new Error(`${document}: ${placeholder} is no text: it must be the entire value`);
  };
  return (_key: unknown, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const [placeholder, name] = /^\$\{([\w.]+)\}$/.exec(value) ?? [];
    if (placeholder !== undefined && name !== undefined) return find(placeholder, name);
    return value.replace(/\$\{([\w.]+)\}/g, textOf);
  };
};

/**
 * Reads an Automation document, puts values and scripts in for its `${Name}` and `${name.py}` placeholders, in every
 * text but the keys, and leaves out the steps of options that are not taken.
 *
 * @param document  a YAML file; its scripts lie in `scripts/` beside it
 * @throws when the file is no Automation document, a placeholder is no script and not among the values, or a script
 * contains `{{`
 */
export const readDocument = (document: string, particulars: Particulars): AutomationDocument => {
  const fill = createFill(document, particulars);
  const content: unknown = parse(readFileSync(document, 'utf8'), fill);
  if (v.is(Content, content)) return leaveOutSteps(content, particulars.options);
  const got = String(JSON.stringify(content)).slice(0, 100);
  throw new Error(`${document}: expected a document with schemaVersion '0.3', got ${got}`);
};
