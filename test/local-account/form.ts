import * as v from 'valibot';

const Members = v.record(v.string(), v.unknown());

/** `Tags.member.1.Key`: a list of objects, or of texts, as a form holds it. */
const IN_LIST = /^(\w+)\.member\.(\d+)(?:\.(\w+))?$/;

/** A form's lists as lists: an item is a text, or an object of texts. */
export const unfold = (input: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const unfolded: Record<string, unknown> = {};
  const lists = new Map<string, Map<number, unknown>>();
  for (const [key, value] of Object.entries(input)) {
    const [, list, index, member] = IN_LIST.exec(key) ?? [];
    if (list === undefined) {
      unfolded[key] = value;
      continue;
    }
    const items = lists.get(list) ?? new Map<number, unknown>();
    const before = items.get(Number(index));
    const item =
      member === undefined ? value : { ...(v.is(Members, before) ? before : {}), [member]: value };
    lists.set(list, items.set(Number(index), item));
  }
  for (const [list, items] of lists)
    unfolded[list] = [...items].sort(([one], [other]) => one - other).map(([, item]) => item);
  return unfolded;
};
