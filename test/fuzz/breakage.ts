import fc from 'fast-check';

/** JSON text in a member. The fuzzer breaks the text and its parts. */
export class JsonText {
  readonly inner: unknown;

  constructor(inner: unknown) {
    this.inner = inner;
  }
}

/** A secret in members that the code does not read. It must appear in no message and no log line. */
export const SECRET = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY';

type Member = string | number;
type Path = readonly Member[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Date) &&
  !(value instanceof JsonText);

const childrenOf = (value: unknown): [Member, unknown][] => {
  if (value instanceof JsonText) return childrenOf(value.inner);
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  return isObject(value) ? Object.entries(value) : [];
};

/** The depth at which the fuzzer stops, below all members of real specimens. */
const DEEPEST = 12;

const pathsIn = (value: unknown, path: Path = []): Path[] => [
  path,
  ...(path.length >= DEEPEST ? [] : childrenOf(value)).flatMap(([member, child]) =>
    pathsIn(child, [...path, member]),
  ),
];

/** Returns the tree with a changed value at a path. `change` returns nothing to drop the member. */
const changeAt = (
  value: unknown,
  [member, ...rest]: Path,
  change: (value: unknown) => { readonly value: unknown } | undefined,
): unknown => {
  if (member === undefined) return change(value)?.value;
  if (value instanceof JsonText)
    return new JsonText(changeAt(value.inner, [member, ...rest], change));
  const changed = childrenOf(value).flatMap(([name, child]): [Member, unknown][] => {
    if (name !== member) return [[name, child]];
    if (rest.length > 0) return [[name, changeAt(child, rest, change)]];
    const next = change(child);
    return next === undefined ? [] : [[name, next.value]];
  });
  // An assignment would fail for a member with the name __proto__.
  return Array.isArray(value) ? changed.map(([, child]) => child) : Object.fromEntries(changed);
};

const nest = (depth: number, around: (inner: unknown) => unknown): unknown => {
  let nested: unknown = 'core';
  for (let level = 0; level < depth; level += 1) nested = around(nested);
  return nested;
};

/** Values that hardly any member allows. */
const HOSTILE: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  'a negative number': -1,
  'a fraction': 1.5,
  'a large number': 1e308,
  'more than there may be': 11,
  'more than a year of days': '366',
  'no number': Number.NaN,
  'an endless number': Number.POSITIVE_INFINITY,
  'an empty text': '',
  'a space': ' ',
  'a megabyte': 'x'.repeat(1_000_000),
  'a megabyte of capitals': 'A'.repeat(1_000_000),
  'a megabyte of surrogates': '\u{1f511}'.repeat(250_000),
  'a lone surrogate': 'a\ud800b',
  NUL: 'a\u0000b',
  'right to left': '\u202eresu\u202c',
  'two lines': 'a\nb',
  'a name of a prototype': '__proto__',
  'a name of a constructor': 'constructor',
  'the 30th of February': '2026-02-30T00:00:00.000Z',
  'the 13th month': '2026-13-01T00:00:00.000Z',
  'the last day that there is': '+275760-09-13T00:00:00.000Z',
  'the year 0': '0000-01-01T00:00:00.000Z',
  'no date': new Date(Number.NaN),
  'the last date that there is': new Date(8.64e15),
  'the first date that there is': new Date(-8.64e15),
  'an empty list': [],
  'an empty object': {},
  'lists in lists': nest(1_000, (inner) => [inner]),
  'objects in objects': nest(1_000, (inner) => ({ inner })),
  'an object with a prototype': Object.fromEntries([
    ['__proto__', { Status: 'Active' }],
    ['constructor', { prototype: null }],
  ]),
};

type Operator = (value: unknown) => { readonly value: unknown } | undefined;

const ofText =
  (change: (text: string) => unknown): Operator =>
  (value) => ({ value: change(value instanceof JsonText ? textOf(value) : String(value)) });

const ofObject =
  (change: (entries: [string, unknown][]) => [string, unknown][]): Operator =>
  (value) => {
    if (!(value instanceof JsonText) && (!isObject(value) || Array.isArray(value)))
      return { value: { wrapped: value } };
    const entries = childrenOf(value).map(([name, child]): [string, unknown] => [
      String(name),
      child,
    ]);
    const changed = Object.fromEntries(change(entries));
    return { value: value instanceof JsonText ? new JsonText(changed) : changed };
  };

const adding = (...added: [string, unknown][]): Operator =>
  ofObject((entries) => [...entries, ...added]);

const renaming = (rename: (name: string) => string): Operator =>
  ofObject((entries) =>
    entries.map(([name, child], at) => [at === 0 ? rename(name) : name, child]),
  );

/** Repeats a value ten thousand times, up to two megabytes. */
const manyTimes: Operator = (value) => {
  const size = JSON.stringify(render(value))?.length ?? 1;
  return { value: Array(Math.min(10_000, Math.ceil(2_000_000 / size))).fill(value) };
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(
    Object.entries(HOSTILE).map(([name, value]) => [`becomes ${name}`, () => ({ value })]),
  ),
  'is dropped': () => undefined,
  'gets another member': adding(['added', SECRET]),
  'gets a member __proto__': adding(['__proto__', { polluted: SECRET }]),
  'gets a member constructor': adding(['constructor', SECRET]),
  'gets a member whose name is a megabyte': adding(['n'.repeat(1_000_000), 'x']),
  'gets ten thousand members': adding(
    ...Array.from({ length: 10_000 }, (_, at): [string, unknown] => [`m${at}`, at]),
  ),
  'has a member in capitals': renaming((name) => name.toUpperCase()),
  'has a member with a space': renaming((name) => `${name} `),
  'is in a list': (value) => ({ value: [value] }),
  'is there ten thousand times': manyTimes,
  'is a text': ofText((text) => text),
  'is a number': ofText(Number),
  'is cut in half': ofText((text) => text.slice(0, text.length / 2)),
  'is there twice': ofText((text) => text + text),
  'ends a line': ofText((text) => `${text}\n`),
  'begins with a space': ofText((text) => ` ${text}`),
  'is in capitals': ofText((text) => text.toUpperCase()),
  'has a letter of another script': ofText((text) => text.replace(/[aeA]/, '\u0430')),
  'is a byte longer': ofText((text) => `${text}\u00ff`),
};

const operatorNames = Object.keys(OPERATORS);

/** A break: the number of the part, and the kind. */
type Break = { readonly part: number; readonly how: string };

/** A specimen and one or two breaks. */
export type Recipe = { readonly specimen: number; readonly breaks: readonly Break[] };

/** All recipes. */
export const recipes: fc.Arbitrary<Recipe> = fc.record({
  specimen: fc.nat(99),
  breaks: fc.array(fc.record({ part: fc.nat(9_999), how: fc.constantFrom(...operatorNames) }), {
    minLength: 1,
    maxLength: 2,
  }),
});

const textOf = ({ inner }: JsonText): string => JSON.stringify(render(inner)) ?? '';

/** Renders a tree as it is sent, with its JSON as text. */
export const render = (value: unknown): unknown => {
  if (value instanceof JsonText) return textOf(value);
  if (Array.isArray(value)) return value.map(render);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, render(child)]));
};

/** Applies a recipe, and describes it. */
export const breakSpecimen = (
  specimens: readonly unknown[],
  { specimen, breaks }: Recipe,
): { readonly broken: unknown; readonly words: string } => {
  const index = specimen % specimens.length;
  let tree = specimens[index];
  const words = breaks.map(({ part, how }) => {
    const paths = pathsIn(tree);
    const path = paths[part % Math.min(paths.length, 500)] ?? [];
    tree = changeAt(tree, path, OPERATORS[how] ?? (() => undefined));
    return `${['it', ...path].join('.').slice(0, 200)} ${how}`;
  });
  return { broken: tree, words: `specimen ${index}: ${words.join('; ')}` };
};
