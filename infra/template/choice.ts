import { diffArrays } from 'diff';

/** The value of a member that exists with another alternative, but not with this one. */
export const ABSENT = Symbol('absent');

/** The index of the selected alternative of each choice, by the choice's name; 0 for a choice without an entry. */
export type Selection = Readonly<Record<string, number>>;

/** A condition of the template. */
export type Condition = { readonly name: string; readonly expression: unknown };

/** A parameter that changes more of the template than its own value. */
export type Choice = {
  /** The name of the parameter. */
  readonly name: string;
  /** Two or more. Each has the condition that selects it, and the parameter's value if exactly one value selects it. */
  readonly alternatives: readonly (Condition & { readonly value?: string })[];
};

const chooseIf = ({ name }: Condition, yes: unknown, no: unknown): unknown => {
  const orNoValue = (value: unknown) => (value === ABSENT ? { Ref: 'AWS::NoValue' } : value);
  return { 'Fn::If': [name, orNoValue(yes), orNoValue(no)] };
};

/** The parts of a text that Fn::Join concatenates; `undefined` for any other value. */
const partsOf = (value: unknown): readonly unknown[] | undefined => {
  const [delimiter, parts] = Object(value)['Fn::Join'] ?? [];
  return delimiter === '' && Array.isArray(parts) ? parts : undefined;
};

const join = (parts: readonly unknown[]): unknown => {
  const [only = ''] = parts;
  return parts.length > 1 ? { 'Fn::Join': ['', parts] } : only;
};

/** Chooses between two long texts. The template contains their common parts only once. */
const chooseParts = (
  condition: Condition,
  yes: readonly unknown[],
  no: readonly unknown[],
): unknown => {
  const comparator = (one: unknown, other: unknown) =>
    JSON.stringify(one) === JSON.stringify(other);
  const parts: unknown[] = [];
  let different: { yes: unknown[]; no: unknown[] } = { yes: [], no: [] };
  const close = () => {
    if (different.yes.length + different.no.length > 0)
      parts.push(chooseIf(condition, join(different.yes), join(different.no)));
    different = { yes: [], no: [] };
  };
  for (const { added, removed, value } of diffArrays([...yes], [...no], { comparator })) {
    if (removed) different.yes.push(...value);
    else if (added) different.no.push(...value);
    else {
      close();
      parts.push(...value);
    }
  }
  close();
  return join(parts);
};

/** Chooses one of these values, one for each alternative; `ABSENT` becomes no value. */
export const choose = ({ name, alternatives }: Choice, values: readonly unknown[]): unknown => {
  if (alternatives.every(({ value }, index) => value !== undefined && value === values[index]))
    return { Ref: name };
  return alternatives.slice(0, -1).reduceRight(
    (otherwise, condition, index) => {
      const [yes, no] = [values[index], otherwise].map(partsOf);
      return yes && no
        ? chooseParts(condition, yes, no)
        : chooseIf(condition, values[index], otherwise);
    },
    values[alternatives.length - 1],
  );
};
