import * as v from 'valibot';
import type { StepOutput } from './document.ts';

const TYPES: Readonly<Record<StepOutput['Type'], v.GenericSchema>> = {
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
 * Reads a declared output of a step from its response.
 *
 * @throws when the response has no such member, or one of another type: a step's outputs are judged when it ran
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
 */
export const selectOutput = ({ Name, Selector, Type }: StepOutput, response: unknown): unknown => {
  const selected = partsOf(Selector).reduce(memberOf, response);
  if (selected === undefined) throw new Error(`output ${Name}: the response has no ${Selector}`);
  if (v.is(TYPES[Type], selected)) return selected;
  const got = JSON.stringify(selected).slice(0, 100);
  throw new Error(`output ${Name}: expected ${Type} at ${Selector}, got ${got}`);
};
