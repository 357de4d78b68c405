/** Items in batches of at most so many, in their order; none where there are none. */
export const inBatches = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** Refused items, and characters of them, that an error names, of however many there are. */
const MAXIMUM_NAMED = 5;
const LONGEST_NAMED = 800;

/** The first of what a service refused, as an error names them. */
export const nameSome = (refused: readonly string[]): string =>
  refused.slice(0, MAXIMUM_NAMED).join(', ').slice(0, LONGEST_NAMED);
