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
