/** A document with one change. */
export type Mutant = {
  readonly change:
    | 'delete'
    | 'rename the member'
    | 'rename'
    | 'swap'
    | 'resize'
    | 'repeat'
    | 'lead elsewhere';
  /** Where the change is: names of steps, parameters and members, with dots. */
  readonly path: string;
  readonly document: unknown;
};

type Path = readonly (string | number)[];
type Members = Record<string | number, unknown>;
type Edit = (parent: Members, key: string | number) => void;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** Joins the keys of a path. Steps and outputs have their names, other items their index. */
const pathOf = (document: unknown, path: Path): string => {
  let at = document;
  const names = path.map((key) => {
    at = isMembers(at) ? at[key] : undefined;
    const name = isMembers(at) ? (at['name'] ?? at['Name']) : undefined;
    return typeof key === 'number' && typeof name === 'string' ? name : String(key);
  });
  return names.join('.');
};

/** Copies a value with a change at the end of a path. The rest of the value is shared. */
const edited = (value: unknown, [key, ...rest]: Path, edit: Edit): unknown => {
  if (!isMembers(value) || key === undefined) return value;
  const copy: Members = Array.isArray(value) ? Object.assign([], value) : { ...value };
  if (rest.length === 0) edit(copy, key);
  else copy[key] = edited(value[key], rest, edit);
  return copy;
};

const remove: Edit = (parent, key) => {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
};
const renameMember: Edit = (parent, key) => {
  const members = Object.entries(parent);
  for (const [name] of members) delete parent[name];
  for (const [name, value] of members) parent[name === key ? `${name}X` : name] = value;
};
const repeat: Edit = (parent, key) => {
  if (Array.isArray(parent)) parent.splice(Number(key), 0, parent[Number(key)]);
};
const replaceBy =
  (value: unknown): Edit =>
  (parent, key) => {
    parent[key] = value;
  };

const REFERENCE = /\{\{\s*([\w:.]+)\s*\}\}/g;

/** Appends an X to a text; in a text with references, to the name of each reference in turn. */
const renamed = (text: string): readonly string[] => {
  const references = [...text.matchAll(REFERENCE)];
  if (references.length === 0) return [`${text}X`];
  return references.map(
    ({ 0: reference, 1: name, index }) =>
      `${text.slice(0, index)}{{ ${name}X }}${text.slice(index + reference.length)}`,
  );
};

/** Lists the other steps that a text could name, if it names a step. */
const elsewhere = (key: string | number, text: string, steps: readonly string[]) => {
  const [, prefix = '', name = ''] = /^(step:)?(.*)$/s.exec(text) ?? [];
  const namesStep = ['nextStep', 'NextStep', 'Default'].includes(String(key));
  if (!namesStep && !(key === 'onFailure' && prefix !== '')) return [];
  return steps.filter((step) => step !== name).map((step) => `${prefix}${step}`);
};

type Change = readonly [Mutant['change'], Edit];

const changesOf = (value: unknown, path: Path, steps: readonly string[]): readonly Change[] => {
  const key = path.at(-1) ?? '';
  const inList = typeof key === 'number';
  const changes: Change[] = [['delete', remove]];
  changes.push(inList ? ['repeat', repeat] : ['rename the member', renameMember]);
  if (typeof value === 'boolean') changes.push(['swap', replaceBy(!value)]);
  if (typeof value === 'number')
    for (const size of [0, value * 1000]) changes.push(['resize', replaceBy(size)]);
  if (typeof value !== 'string') return changes;
  for (const text of renamed(value)) changes.push(['rename', replaceBy(text)]);
  for (const text of elsewhere(key, value, steps))
    changes.push(['lead elsewhere', replaceBy(text)]);
  return changes;
};

const pathsIn = (value: unknown, path: Path = []): readonly (readonly [Path, unknown])[] => {
  const members: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(isMembers(value) ? value : {});
  return members.flatMap(([key, member]) => [
    [[...path, key], member] as const,
    ...pathsIn(member, [...path, key]),
  ]);
};

/**
 * Lists every document that differs from this one in one place: a member or an item is missing, renamed or repeated, a
 * text or a reference has another name, a boolean or a number has another value, or a step leads to another step.
 */
export const mutantsOf = (document: {
  readonly mainSteps: readonly { readonly name: string }[];
}): readonly Mutant[] => {
  const steps = document.mainSteps.map(({ name }) => name);
  return pathsIn(document).flatMap(([path, value]) =>
    changesOf(value, path, steps).map(([change, edit]) => ({
      change,
      path: pathOf(document, path),
      document: edited(document, path, edit),
    })),
  );
};
