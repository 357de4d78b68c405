import type { Content } from './content.ts';
import { succeededBefore } from './order.ts';
import { isObject, problem } from './problem.ts';
import type { Scope } from './scope.ts';

const REFERENCE = /\{\{\s*([\w:]+(?:\.\w+)?)\s*\}\}/g;

/** The name in a value that is a reference and nothing else. */
export const wholeReference = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || !value.includes('{{')) return undefined;
  const [first] = value.matchAll(REFERENCE);
  return first?.[0] === value.trim() ? first[1] : undefined;
};

/** A text in a value, and where it stands. */
export type Found = { readonly where: string; readonly text: string };

/** Every text in a value. */
export const textsIn = (value: unknown, where: string): readonly Found[] => {
  if (typeof value === 'string') return [{ where, text: value }];
  const members: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(isObject(value) ? value : {});
  return members.flatMap(([name, member]) => textsIn(member, `${where}.${name}`));
};

/** The names of the references in a text. */
export const referencesIn = (text: string): readonly string[] =>
  text.includes('{{') ? [...text.matchAll(REFERENCE)].map(([, name = '']) => name) : [];

/** Types that have one text: within a longer one nothing else makes sense. */
const SCALARS: ReadonlySet<string> = new Set(['String', 'Integer', 'Boolean', 'Any']);

const textProblems = ({ where, text }: Found, scope: Scope): readonly string[] => {
  if (!/\{\{|\}\}/.test(text)) return [];
  const [rest = ''] = /(\{\{|\}\}).*/s.exec(text.replace(REFERENCE, '')) ?? [];
  const isWhole = wholeReference(text) !== undefined;
  return [
    ...(rest === '' ? [] : [problem(where, 'a reference such as {{ step.Output }}', rest)]),
    ...referencesIn(text).flatMap((name) => {
      const type = scope.get(name);
      if (type === undefined) return [problem(where, 'a reference to what is declared', name)];
      const fits = isWhole || SCALARS.has(type);
      return fits ? [] : [problem(where, `no ${type} within a text`, name)];
    }),
  ];
};

const orderProblems = (content: Content, scope: Scope): readonly string[] => {
  const before = succeededBefore(content);
  const isSure = (step: string, reference: string) => {
    const [name = '', output] = reference.split('.');
    return output === undefined || !scope.has(reference) || before.get(step)?.has(name) === true;
  };
  return content.mainSteps.flatMap(({ name, inputs }) =>
    textsIn(inputs, `${name}.inputs`).flatMap(({ where, text }) =>
      referencesIn(text)
        .filter((reference) => !isSure(name, reference))
        .map((reference) => problem(where, 'an output that is there on every way', reference)),
    ),
  );
};

/** Whether every reference names what is declared, has its value by then, and every parameter is used. */
export const referenceProblems = (content: Content, scope: Scope): readonly string[] => {
  const { assumeRole, parameters, mainSteps } = content;
  const texts = [
    { where: 'assumeRole', text: assumeRole },
    ...mainSteps.flatMap(({ name, inputs }) => textsIn(inputs, `${name}.inputs`)),
  ];
  const used = new Set(texts.flatMap(({ text }) => referencesIn(text)));
  return [
    ...texts.flatMap((found) => textProblems(found, scope)),
    ...Object.keys(parameters)
      .filter((name) => !used.has(name))
      .map((name) => problem(`parameters.${name}`, 'a reference to it', undefined)),
    ...orderProblems(content, scope),
  ];
};
