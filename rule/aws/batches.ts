import pMap from 'p-map';

/** Splits items into batches of at most the given size, in their order. */
export const inBatches = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** The most refused items that an error names, and the most characters of them. */
const MAXIMUM_NAMED = 5;
const LONGEST_NAMED = 800;

/** Names the first refused items for an error message. */
export const nameSome = (refused: readonly string[]): string =>
  refused.slice(0, MAXIMUM_NAMED).join(', ').slice(0, LONGEST_NAMED);

/** Items that are processed at the same time. The retry strategy limits the rate of the calls. */
const CONCURRENCY = 10;

/** The results of the items that succeeded, and the items that failed with the reason. */
export type Attempts<Item, Result> = {
  readonly results: readonly Result[];
  readonly failures: readonly { readonly item: Item; readonly cause: unknown }[];
};

/**
 * Processes every item, ten at a time. An item that fails does not stop the others.
 *
 * @param maximumFailures  stops at this many failures
 * @param signal           starts no further item after it aborts
 * @throws the reason of `signal`, or the failure that reaches `maximumFailures`
 */
export const forEach = async <Item, Result>(
  items: Iterable<Item>,
  process: (item: Item) => Promise<Result>,
  options: { readonly maximumFailures?: number; readonly signal?: AbortSignal } = {},
): Promise<Attempts<Item, Result>> => {
  const { maximumFailures = Number.POSITIVE_INFINITY, signal } = options;
  const failures: { readonly item: Item; readonly cause: unknown }[] = [];
  const attempt = async (item: Item): Promise<Result[]> => {
    try {
      return [await process(item)];
    } catch (cause) {
      failures.push({ item, cause });
      if (failures.length >= maximumFailures) throw cause;
      return [];
    }
  };
  const results = await pMap(items, attempt, { concurrency: CONCURRENCY, signal });
  return { results: results.flat(), failures };
};
