import * as v from 'valibot';
import { invalidDocument, type StepOutput } from './document.ts';

/** `{{ Parameter }}`, `{{ step.Output }}`, `{{ global:REGION }}`. */
const REFERENCE = /\{\{\s*([\w:.]+)\s*\}\}/g;
const WHOLE_REFERENCE = /^\{\{\s*([\w:.]+)\s*\}\}$/;

/** Returns the value of a reference; throws when there is none. */
export type Lookup = (reference: string) => unknown;

const resolveText = (text: string, lookup: Lookup): unknown => {
  const whole = WHOLE_REFERENCE.exec(text)?.[1];
  if (whole !== undefined) return lookup(whole);
  const resolved = text.replace(REFERENCE, (_, reference: string) => {
    const value = lookup(reference);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  // Braces that remain look like a reference, but Systems Manager cannot read it.
  const [broken] = /\{\{.*?(\}\}|$)/s.exec(text.replace(REFERENCE, '')) ?? [];
  if (broken === undefined) return resolved;
  throw invalidDocument(
    `expected a reference such as {{ step.Output }}, got ${JSON.stringify(broken.slice(0, 60))}`,
  );
};

/**
 * Replaces the `{{ references }}` in an input by their values. A reference that is the entire text keeps its type.
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

/** Lists the references in a value, in reading order. */
export const referencesIn = (value: unknown): readonly string[] => {
  const found: string[] = [];
  resolveReferences(value, (reference) => {
    found.push(reference);
    return '';
  });
  return found;
};

const SCHEMAS: Readonly<Record<StepOutput['Type'], v.GenericSchema>> = {
  String: v.string(),
  StringList: v.array(v.string()),
  Boolean: v.boolean(),
  Integer: v.pipe(v.number(), v.integer()),
  StringMap: v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((map) => !Array.isArray(map)),
  ),
  MapList: v.array(v.record(v.string(), v.unknown())),
};

/** `.member`, `['member']` or `[index]`. */
const PART = /\.(\w+)|\['([^']+)'\]|\[(\d+)\]/y;

const partsOf = (selector: string) => {
  const parts: string[] = [];
  const path = new RegExp(PART);
  path.lastIndex = 1;
  while (path.lastIndex < selector.length) {
    const [, member, quoted, index] = path.exec(selector) ?? [];
    const part = member ?? quoted ?? index;
    if (part === undefined)
      throw new Error(
        `expected a Selector of members and indexes, got ${JSON.stringify(selector)}`,
      );
    parts.push(part);
  }
  return parts;
};

const memberOf = (value: unknown, part: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    ? Object(value)[part]
    : undefined;

/**
 * Selects a declared output of a step from the response of its action.
 *
 * @throws when the response has no such member, or one of another type
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
 */
export const selectOutput = ({ Name, Selector, Type }: StepOutput, response: unknown): unknown => {
  const selected = partsOf(Selector).reduce(memberOf, response);
  if (selected === undefined) throw new Error(`output ${Name}: the response has no ${Selector}`);
  if (v.is(SCHEMAS[Type], selected)) return selected;
  const got = JSON.stringify(selected).slice(0, 100);
  throw new Error(`output ${Name}: expected ${Type} at ${Selector}, got ${got}`);
};
