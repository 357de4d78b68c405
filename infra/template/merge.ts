import { ABSENT, type Choice, type Condition, choose, type Selection } from './choice.ts';

/** Reads the value at one place of the template, for a selection of alternatives. */
type Read = (selection: Selection) => unknown;

type Members = Readonly<Record<string, unknown>>;

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (one !== ABSENT && JSON.stringify(one) === JSON.stringify(other));

const isIntrinsic = (value: object): boolean => {
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && name !== undefined && /^(Ref$|Fn::)/.test(name);
};

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isIntrinsic(value);

const member = (value: unknown, name: string): unknown =>
  isMembers(value) && Object.hasOwn(value, name) ? value[name] : ABSENT;

/** Fixes the alternative of one choice. */
const select =
  (read: Read, { name }: Choice, index: number): Read =>
  (selection) =>
    read({ ...selection, [name]: index });

/** Reads the value for each alternative of one choice, with the first alternative of the others. */
const valuesOfChoice = (read: Read, { name, alternatives }: Choice): unknown[] =>
  alternatives.map((_, index) => read({ [name]: index }));

/** Finds the choices that the value depends on. */
const relevantTo = (read: Read, choices: readonly Choice[]): Choice[] =>
  choices.filter((choice) => {
    const [first, ...others] = valuesOfChoice(read, choice);
    return others.some((value) => !isSame(value, first));
  });

/** Reads the value for every combination of alternatives. */
const allValuesOf = (read: Read, [choice, ...others]: readonly Choice[]): unknown[] =>
  choice === undefined
    ? [read({})]
    : choice.alternatives.flatMap((_, index) => allValuesOf(select(read, choice, index), others));

const isListOf = (length: number) => (value: unknown) =>
  Array.isArray(value) && value.length === length;

/** Returns whether values cannot be merged member by member or item by item. */
const changesShape = (values: readonly unknown[]): boolean =>
  !values.every(isMembers) && !values.every(isListOf([values[0]].flat().length));

/**
 * Merges the values for every selection into one value of the template.
 *
 * A value that is always the same stays as it is. Members are merged one by one, and so are the items of lists that
 * always have the same length, because not every reader of templates knows AWS::NoValue in a list. An intrinsic function
 * is not divided. The first alternatives must create the complete stack. Then it is enough to change one choice at a time
 * to find the choices that a value depends on.
 */
export const merge = (read: Read, choices: readonly Choice[]): unknown => {
  const relevant = relevantTo(read, choices);
  const [choice] = relevant;
  if (choice === undefined) return read({});

  const values = relevant.flatMap((one) => valuesOfChoice(read, one));
  if (values.every(isMembers)) {
    const names = new Set(values.flatMap((value) => Object.keys(value)));
    const merged = [...names].map((name) => [
      name,
      merge((selection) => member(read(selection), name), choices),
    ]);
    return Object.fromEntries(merged);
  }
  const [first] = values;
  // All combinations are compared, because an item may exist when either of two choices has its first alternative.
  if (Array.isArray(first) && allValuesOf(read, relevant).every(isListOf(first.length)))
    return first.map((_, index) => merge((selection) => Object(read(selection))[index], relevant));
  const outer = relevant.find((one) => changesShape(valuesOfChoice(read, one))) ?? choice;
  const others = relevant.filter((one) => one !== outer);
  return choose(
    outer,
    outer.alternatives.map((_, index) => merge(select(read, outer, index), others)),
  );
};

/** The entries of a section of a template, by logical id. */
type Section = Readonly<Record<string, unknown>>;

/** The sections of a template that depend on the choices. */
export type Sections = {
  readonly Resources: Section;
  readonly Outputs?: Section;
  readonly Rules?: Section;
  readonly Conditions?: Section;
};

/** An entry of a section, and the conditions that must all hold for it. */
type Entry = { readonly conditions: readonly Condition[]; readonly body: unknown };

const exists = (value: unknown): boolean => value !== ABSENT;

/** Finds the one alternative of each choice with which an entry exists, and merges its body. */
const mergeEntry = (id: string, read: Read, choices: readonly Choice[]): Entry => {
  const [choice] = relevantTo((selection) => exists(read(selection)), choices);
  if (choice === undefined) return { conditions: [], body: merge(read, choices) };
  const existence = valuesOfChoice(read, choice).map(exists);
  const index = existence.indexOf(true);
  const condition = choice.alternatives[index];
  const count = existence.filter(Boolean).length;
  if (condition === undefined || count > 1)
    throw new Error(
      `${id} must exist with exactly one alternative of ${choice.name}, got ${count}`,
    );
  const others = choices.filter((one) => one !== choice);
  const { conditions, body } = mergeEntry(id, select(read, choice, index), others);
  return { conditions: [condition, ...conditions], body };
};

const mergeSection = (read: Read, choices: readonly Choice[]): [string, Entry][] => {
  const sections = [read({}), ...choices.flatMap((choice) => valuesOfChoice(read, choice))];
  const ids = new Set(sections.flatMap((section) => Object.keys(Object(section))));
  return [...ids].map((id) => [
    id,
    mergeEntry(id, (selection) => member(read(selection), id), choices),
  ]);
};

const allOf = (
  conditions: readonly Condition[],
  expressionOf: (one: Condition) => unknown,
): unknown => {
  const [only, ...others] = conditions.map(expressionOf);
  return others.length === 0 ? only : { 'Fn::And': [only, ...others] };
};

/** The conditions of an entry: those of its choices, and the one that the stack itself defines. */
const conditionsOf = ({ conditions, body }: Entry): readonly Condition[] => {
  const { Condition: name } = Object(body);
  return name === undefined
    ? conditions
    : [...conditions, { name, expression: { Condition: name } }];
};

/** Selects the conditions that sections refer to, directly or through another condition. */
const referredTo = (sections: unknown, conditions: ReadonlyMap<string, unknown>): Section => {
  const namedIn = (text: string): Section =>
    Object.fromEntries([...conditions].filter(([name]) => text.includes(JSON.stringify(name))));
  const direct = namedIn(JSON.stringify(sections));
  return { ...namedIn(JSON.stringify(direct)), ...direct };
};

/**
 * Merges the templates for every selection into one. An entry that does not always exist gets a condition, and a value
 * that is not always the same is chosen by conditions.
 *
 * @throws {Error} when an entry exists with several alternatives of a choice, but not with all
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
 */
export const mergeTemplates = (
  read: (selection: Selection) => Sections,
  choices: readonly Choice[],
): Sections & { readonly Conditions: Section } => {
  const entriesOf = (section: keyof Sections) =>
    mergeSection((selection) => read(selection)[section] ?? {}, choices);
  const conditions = new Map<string, unknown>([
    ...choices.flatMap(({ alternatives }) =>
      alternatives.map(({ name, expression }) => [name, expression] as const),
    ),
    ...entriesOf('Conditions').map(([name, { body }]) => [name, body] as const),
  ]);

  const conditional = (section: 'Resources' | 'Outputs'): Section =>
    Object.fromEntries(
      entriesOf(section).map(([id, entry]) => {
        const own = conditionsOf(entry);
        if (own.length === 0) return [id, entry.body];
        const Condition = own.map(({ name }) => name).join('And');
        const all = allOf(own, ({ name }) => ({ Condition: name }));
        conditions.set(Condition, conditions.get(Condition) ?? all);
        return [id, { ...Object(entry.body), Condition }];
      }),
    );
  const Rules = Object.fromEntries(
    entriesOf('Rules').map(([id, { conditions: own, body }]) => [
      id,
      // A rule cannot refer to a condition by name, because rules are checked first.
      own.length === 0
        ? body
        : { RuleCondition: allOf(own, ({ expression }) => expression), ...Object(body) },
    ]),
  );
  const sections = { Resources: conditional('Resources'), Outputs: conditional('Outputs'), Rules };
  return { ...sections, Conditions: referredTo(sections, conditions) };
};
