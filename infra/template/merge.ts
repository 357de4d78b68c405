import { ABSENT, type Choice, choose, type Ways } from './choice.ts';

/** What a place of the template holds when the choices go these ways. */
export type Read = (ways: Ways) => unknown;

type Members = Readonly<Record<string, unknown>>;

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (one !== ABSENT && JSON.stringify(one) === JSON.stringify(other));

const isIntrinsic = (value: object): boolean => {
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && name !== undefined && /^(Ref$|Fn::)/.test(name);
};

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isIntrinsic(value);

/** A member of a value, or `ABSENT`. */
export const member = (value: unknown, name: string): unknown =>
  isMembers(value) && Object.hasOwn(value, name) ? value[name] : ABSENT;

/** A choice that goes one way, whatever else is asked. */
export const goTheWay =
  (read: Read, { name }: Choice, way: number): Read =>
  (ways) =>
    read({ ...ways, [name]: way });

/** What a place holds for each way of one choice, while all others go the first. */
const along = (read: Read, { name, ways }: Choice): unknown[] =>
  ways.map((_, way) => read({ [name]: way }));

/** The choices that a place depends on. */
export const relevantTo = (read: Read, choices: readonly Choice[]): Choice[] =>
  choices.filter((choice) => {
    const [first, ...others] = along(read, choice);
    return others.some((value) => !isSame(value, first));
  });

/** All that a place holds, whichever way these choices go. */
const valuesOf = (read: Read, [choice, ...others]: readonly Choice[]): unknown[] =>
  choice === undefined
    ? [read({})]
    : choice.ways.flatMap((_, way) => valuesOf(goTheWay(read, choice, way), others));

const isListOf = (length: number) => (value: unknown) =>
  Array.isArray(value) && value.length === length;

/** Not all have members or the same number of items: what these are depends on the rest. */
const changesShape = (values: readonly unknown[]): boolean =>
  !values.every(isMembers) && !values.every(isListOf([values[0]].flat().length));

/**
 * One value that stands for all that a place holds, whichever way the choices go.
 *
 * What is the same for all stays as it is. Members are merged one by one, and items of lists that are always as long;
 * an intrinsic function is whole. An item is never left out by AWS::NoValue, which not every reader of templates
 * knows in a list. Which choices a place depends on shows by turning one at a time from the first
 * ways: a stack must have everything with these, so that no other way adds a dependence.
 */
export const merge = (read: Read, choices: readonly Choice[]): unknown => {
  const relevant = relevantTo(read, choices);
  const values = relevant.flatMap((choice) => along(read, choice));
  if (relevant.length === 0) return read({});

  if (values.every(isMembers)) {
    const names = new Set(values.flatMap((value) => Object.keys(value)));
    const merged = [...names].map((name) => {
      return [name, merge((ways) => member(read(ways), name), choices)];
    });
    return Object.fromEntries(merged);
  }
  const [first] = values;
  // All of them, as an item may be there as long as one of two choices goes its first way.
  if (Array.isArray(first) && valuesOf(read, relevant).every(isListOf(first.length)))
    return first.map((_, index) => merge((ways) => Object(read(ways))[index], relevant));
  const turning = relevant.find((choice) => changesShape(along(read, choice))) ?? relevant[0];
  if (turning === undefined) return read({});
  const others = relevant.filter((choice) => choice !== turning);
  const merged = turning.ways.map((_, way) => merge(goTheWay(read, turning, way), others));
  return choose(turning, merged);
};
