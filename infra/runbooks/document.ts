import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { type AutomationDocument, leaveOutSteps, type Options } from './document-steps.ts';

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
