import { ABSENT, type Choice, type Condition, choose, type Ways } from './choice.ts';

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

/** A section of a template: its entries, by logical id. */
type Section = Readonly<Record<string, unknown>>;

/** The sections that depend on what a deployment decides. */
export type Sections = {
  readonly Resources: Section;
  readonly Outputs?: Section;
  readonly Rules?: Section;
  readonly Conditions?: Section;
};

/** An entry that is there under some conditions, all of which must hold, and what it is then. */
type Entry = { readonly conditions: readonly Condition[]; readonly body: unknown };

const isThere = (value: unknown): boolean => value !== ABSENT;

/** Finds the one way of each choice with which an entry is there, and merges what it is then. */
const mergeEntry = (id: string, read: Read, choices: readonly Choice[]): Entry => {
  const [choice] = relevantTo((ways) => isThere(read(ways)), choices);
  if (choice === undefined) {
    const body = merge(read, choices);
    return { conditions: [], body };
  }
  const there = choice.ways.filter((_, way) => isThere(read({ [choice.name]: way })));
  const [condition, ...more] = there;
  if (condition === undefined || more.length > 0)
    throw new Error(
      `${id}: expected to be there with one way of ${choice.name}, got ${there.length}`,
    );
  const way = choice.ways.indexOf(condition);
  const others = choices.filter((one) => one !== choice);
  const { conditions, body } = mergeEntry(id, goTheWay(read, choice, way), others);
  return { conditions: [condition, ...conditions], body };
};

const mergeSection = (read: Read, choices: readonly Choice[]): [string, Entry][] => {
  const turned = choices.flatMap(({ name, ways }) => ways.map((_, way) => ({ [name]: way })));
  const sections = [{}, ...turned].map((ways: Ways) => Object(read(ways)));
  const ids = new Set(sections.flatMap((section) => Object.keys(section)));
  return [...ids].map((id) => [id, mergeEntry(id, (ways) => member(read(ways), id), choices)]);
};

/** One name for conditions that must all hold. */
const nameOf = (conditions: readonly Condition[]): string =>
  conditions.map(({ name }) => name).join('And');

const allOf = (conditions: readonly Condition[], hold: (one: Condition) => unknown): unknown => {
  const [only, ...others] = conditions.map(hold);
  return others.length === 0 ? only : { 'Fn::And': [only, ...others] };
};

/** All that an entry is there under: what choices demand, and what its own stack does. */
const conditionsOf = ({ conditions, body }: Entry): readonly Condition[] => {
  const { Condition: name } = Object(body);
  return name === undefined ? conditions : [...conditions, { name, holds: { Condition: name } }];
};

/** The conditions that sections refer to, themselves or by another condition. */
const referredTo = (sections: unknown, conditions: ReadonlyMap<string, unknown>): Section => {
  const namedIn = (text: string): Section =>
    Object.fromEntries([...conditions].filter(([name]) => text.includes(JSON.stringify(name))));
  const direct = namedIn(JSON.stringify(sections));
  return { ...namedIn(JSON.stringify(direct)), ...direct };
};

/**
 * One template that stands for those of all ways that choices may go: what is not always there has a condition, and a
 * value that is not always the same is chosen.
 *
 * @throws when an entry is there with some ways of a choice and is not with more than one other
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
 */
export const mergeTemplates = (
  read: (ways: Ways) => Sections,
  choices: readonly Choice[],
): Sections & { readonly Conditions: Section } => {
  const entriesOf = (section: keyof Sections) =>
    mergeSection((ways) => read(ways)[section] ?? {}, choices);
  const conditions = new Map<string, unknown>([
    ...choices.flatMap(({ ways }) => ways.map(({ name, holds }) => [name, holds] as const)),
    ...entriesOf('Conditions').map(([name, { body }]) => [name, body] as const),
  ]);

  const conditional = (section: 'Resources' | 'Outputs'): Section =>
    Object.fromEntries(
      entriesOf(section).map(([id, entry]) => {
        const its = conditionsOf(entry);
        if (its.length === 0) return [id, entry.body];
        const Condition = nameOf(its);
        const all = allOf(its, ({ name }) => ({ Condition: name }));
        conditions.set(Condition, conditions.get(Condition) ?? all);
        return [id, { ...Object(entry.body), Condition }];
      }),
    );
  const Rules = Object.fromEntries(
    entriesOf('Rules').map(([id, { conditions: its, body }]) => [
      id,
      // A rule knows no condition by name: it is held before there are any.
      its.length === 0
        ? body
        : { RuleCondition: allOf(its, ({ holds }) => holds), ...Object(body) },
    ]),
  );
  const sections = { Resources: conditional('Resources'), Outputs: conditional('Outputs'), Rules };
  return { ...sections, Conditions: referredTo(sections, conditions) };
};
