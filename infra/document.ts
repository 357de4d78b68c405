import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse } from 'yaml';

/** An SSM Automation document; SSM itself reads the rest. */
const Content = v.looseObject({ schemaVersion: v.literal('0.3') });

/**
 * Reads an Automation document and puts values in for its `${Name}` placeholders, in every text but the keys.
 *
 * @param path    a YAML file
 * @param values  by the placeholder's name; CDK tokens are welcome
 * @throws when the file is no Automation document, or has a placeholder that is not among the values
 */
export const readDocument = (
  path: string,
  values: Readonly<Record<string, string>>,
): v.InferOutput<typeof Content> => {
  const substitute = (placeholder: string, name: string): string => {
    const value = values[name];
    if (value !== undefined) return value;
    const known = Object.keys(values).join(', ');
    throw new Error(`${path}: unknown placeholder ${placeholder}, expected one of ${known}`);
  };

  const fill = (_key: unknown, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(/\$\{(\w+)\}/g, substitute) : value;

  const content: unknown = parse(readFileSync(path, 'utf8'), fill);
  if (v.is(Content, content)) return content;
  const got = String(JSON.stringify(content)).slice(0, 100);
  throw new Error(`${path}: expected a document with schemaVersion '0.3', got ${got}`);
};
