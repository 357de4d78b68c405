import { invalidDocument } from './document.ts';

/** `{{ Parameter }}`, `{{ step.Output }}`, `{{ global:REGION }}`. */
const REFERENCE = /\{\{\s*([\w:.]+)\s*\}\}/g;
const WHOLE_REFERENCE = /^\{\{\s*([\w:.]+)\s*\}\}$/;

/** Answers what a reference stands for; throws for one that stands for nothing. */
export type Lookup = (reference: string) => unknown;

const resolveText = (text: string, lookup: Lookup): unknown => {
  const whole = WHOLE_REFERENCE.exec(text)?.[1];
  if (whole !== undefined) return lookup(whole);
  const resolved = text.replace(REFERENCE, (_, reference: string) => {
    const value = lookup(reference);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  // What remains of the original looks like a reference, but is none that Systems Manager could read.
  const [broken] = /\{\{.*?(\}\}|$)/s.exec(text.replace(REFERENCE, '')) ?? [];
  if (broken === undefined) return resolved;
  throw invalidDocument(
    `expected a reference such as {{ step.Output }}, got ${JSON.stringify(broken.slice(0, 60))}`,
  );
};

/**
 * Puts values in for the `{{ references }}` of an input; one that is the entire text keeps its type.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
export const resolveReferences = (value: unknown, lookup: Lookup): unknown => {
  if (typeof value === 'string') return resolveText(value, lookup);
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, lookup));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, member]) => [name, resolveReferences(member, lookup)]),
  );
};

/** The references of a value, in the order in which they stand. */
export const referencesIn = (value: unknown): readonly string[] => {
  const found: string[] = [];
  resolveReferences(value, (reference) => {
    found.push(reference);
    return '';
  });
  return found;
};
