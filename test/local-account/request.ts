import * as v from 'valibot';

/** Matches as the IAM operator ArnLike does: `*` and `?` are wildcards. */
export const isArnLike = (arn: string, pattern: string): boolean => {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(arn);
};

/** A whole number between two bounds, both included. */
export const wholeNumber = (minimum: number, maximum = Number.POSITIVE_INFINITY) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));

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

/** What one page is cut from: all `items`, by `keyOf`, behind `marker`, at most `size` of them. */
type PageRequest<Item> = {
  /** Whose pages these are: a marker of another list is refused. */
  readonly list: string;
  readonly items: Iterable<Item>;
  readonly keyOf: (item: Item) => string;
  readonly size: number;
  readonly marker?: string | undefined;
  readonly refuse: (marker: string) => Error;
};

const keyIn = (marker: string, list: string) => {
  const text = Buffer.from(marker, 'base64url').toString();
  return text.startsWith(`${list}\n`) ? text.slice(list.length + 1) : undefined;
};

/**
 * Cuts one page in the order of the items' keys; `next` is the opaque marker of the following one.
 *
 * A marker holds a key and no position: an item that vanishes between two pages hides no other one.
 *
 * @throws what `refuse` makes of a marker that no page of this list gave out
 */
export const cutPage = <Item>(request: PageRequest<Item>) => {
  const { list, items, keyOf, size, marker } = request;
  const after = marker === undefined ? '' : keyIn(marker, list);
  if (after === undefined) throw request.refuse(marker ?? '');

  const keyed = Array.from(items, (item) => ({ key: keyOf(item), item }));
  const ahead = keyed
    .filter(({ key }) => key > after)
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const cut = ahead.slice(0, size);
  const last = cut.at(-1);
  const next =
    last === undefined || ahead.length === cut.length
      ? undefined
      : Buffer.from(`${list}\n${last.key}`).toString('base64url');
  return { items: cut.map(({ item }) => item), next };
};
