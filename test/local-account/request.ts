import * as v from 'valibot';

/** Matches an ARN like the IAM operator ArnLike: `*` and `?` are wildcards. */
export const isArnLike = (arn: string, pattern: string): boolean => {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(arn);
};

/** Schema of a whole number between two bounds, both inclusive. */
export const wholeNumber = (minimum: number, maximum = Number.POSITIVE_INFINITY) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));

/** Schema of a whole number or its text, as forms and CloudFormation may pass it. */
export const wholeNumberOrText = (minimum: number, maximum: number) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))]),
    wholeNumber(minimum, maximum),
  );

/** Schema of one text or a list of texts; returns a list. */
export const OneOrMore = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((given) => [given].flat()),
);

/** A service that acts on another service, and the resource on whose behalf it acts. */
export type CallingService = {
  readonly Principal: string;
  readonly SourceAccount: string;
  readonly SourceArn: string;
};

const Members = v.record(v.string(), v.unknown());

/** A list item in a form: `Tags.member.1.Key` of an object, `TagKeys.member.1` of a text. */
const IN_LIST = /^(\w+)\.member\.(\d+)(?:\.(\w+))?$/;

/** Turns the flat list items of a form into lists. */
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

/** A list and the page to take from it: at most `size` items after `marker`, ordered by `keyOf`. */
type PageRequest<Item> = {
  /** Names the list; a marker of another list is refused. */
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
 * Returns one page, ordered by key, and the opaque marker `next` of the following page.
 *
 * A marker holds a key instead of a position, so the deletion of an item between two pages skips no other item.
 *
 * @throws the error from `refuse` for a marker that does not belong to this list
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
