import { diffArrays } from 'diff';

/** A member that one way of a choice has and another has not. */
export const ABSENT = Symbol('absent');

/** Which way each choice goes, by its parameter; a choice that is not named goes the first way. */
export type Ways = Readonly<Record<string, number>>;

/** A condition of the template. */
export type Condition = { readonly name: string; readonly holds: unknown };

/** A parameter by whose value templates differ in more than that value. */
export type Choice = {
  /** The parameter. */
  readonly name: string;
  /** Two at least; each has the condition that the choice goes this way, and the parameter's value if only one leads there. */
  readonly ways: readonly (Condition & { readonly value?: string })[];
};

const chooseBy = ({ name }: Condition, yes: unknown, no: unknown): unknown => {
  const orNoValue = (value: unknown) => (value === ABSENT ? { Ref: 'AWS::NoValue' } : value);
  return { 'Fn::If': [name, orNoValue(yes), orNoValue(no)] };
};

/** The texts that a value joins without anything between; nothing when it is no such join. */
const joinedIn = (value: unknown): readonly unknown[] | undefined => {
  const [delimiter, texts] = Object(value)['Fn::Join'] ?? [];
  return delimiter === '' && Array.isArray(texts) ? texts : undefined;
};

const joined = (texts: readonly unknown[]): unknown => {
  const [only = ''] = texts;
  return texts.length > 1 ? { 'Fn::Join': ['', texts] } : only;
};

/** Long texts that are much alike: what they share stands once. */
const chooseInJoin = (
  condition: Condition,
  yes: readonly unknown[],
  no: readonly unknown[],
): unknown => {
  const comparator = (one: unknown, other: unknown) =>
    JSON.stringify(one) === JSON.stringify(other);
  const texts: unknown[] = [];
  let only: { yes: unknown[]; no: unknown[] } = { yes: [], no: [] };
  const close = () => {
    if (only.yes.length + only.no.length > 0)
      texts.push(chooseBy(condition, joined(only.yes), joined(only.no)));
    only = { yes: [], no: [] };
  };
  for (const { added, removed, value } of diffArrays([...yes], [...no], { comparator })) {
    if (removed) only.yes.push(...value);
    else if (added) only.no.push(...value);
    else {
      close();
      texts.push(...value);
    }
  }
  close();
  return joined(texts);
};

/** The value in the template that is one of these, or `ABSENT`, by the way that a choice goes. */
export const choose = ({ name, ways }: Choice, values: readonly unknown[]): unknown => {
  if (ways.every(({ value }, way) => value !== undefined && value === values[way]))
    return { Ref: name };
  return ways.slice(0, -1).reduceRight(
    (otherwise, condition, way) => {
      const [yes, no] = [values[way], otherwise].map(joinedIn);
      return yes && no
        ? chooseInJoin(condition, yes, no)
        : chooseBy(condition, values[way], otherwise);
    },
    values[ways.length - 1],
  );
};
