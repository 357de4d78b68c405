import { ABSENT, type Choice, type Condition, type Ways } from './choice.ts';
import { goTheWay, member, merge, type Read, relevantTo } from './merge.ts';

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
