import { isObject } from './problem.ts';

type Draft = Record<string, unknown>;

const isDraft = (value: unknown): value is Draft => typeof value === 'object' && value !== null;

const namedOf = (list: readonly unknown[], name: string): number =>
  list.findIndex((item) => isObject(item) && (item['name'] === name || item['Name'] === name));

const keyOf = (value: unknown, name: string): string => {
  const index = Array.isArray(value) ? namedOf(value, name) : -1;
  return index < 0 ? name : String(index);
};

/**
 * A copy of a document that has another value in one place; without a value, the place is gone.
 *
 * @param place  names of steps, outputs and members, with dots, from a member of the document or the name of a step:
 * `parameters.UserId.type`, `Plan.inputs.InputPayload.UserId`, `ReadPlan.outputs.Basis`
 * @throws when there is no such place to put something in
 */
export const edit = (document: object, place: string, value?: unknown): object => {
  const copy: object = structuredClone(document);
  const names = place.split('.');
  const isOfDocument = names.length === 1 || Object.hasOwn(copy, names[0] ?? '');
  const path = isOfDocument ? names : ['mainSteps', ...names];
  const last = path.pop() ?? '';
  let parent: unknown = copy;
  for (const name of path) parent = isDraft(parent) ? parent[keyOf(parent, name)] : undefined;
  if (!isDraft(parent)) throw new Error(`expected a place in the document, got ${place}`);
  const key = keyOf(parent, last);
  if (value !== undefined) parent[key] = value;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
};
