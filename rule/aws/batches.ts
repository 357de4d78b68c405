import pMap from 'p-map';

/** Splits items into batches of at most the given size, in their order. */
export const inBatches = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** The maximum number of refused items in an error message, and their maximum length in characters. */
const MAXIMUM_NAMED = 5;
const LONGEST_NAMED = 800;

/** Names the first refused items for an error message. */
export const nameSome = (refused: readonly string[]): string =>
  refused.slice(0, MAXIMUM_NAMED).join(', ').slice(0, LONGEST_NAMED);

/** Items that are processed at the same time. The retry strategy limits the rate of the calls. */
const CONCURRENCY = 10;

/** An item that failed, and why. */
export type Failure<Item> = { readonly item: Item; readonly cause: unknown };

type ForEachOptions = {
  /** Collects the failures of several calls of `forEach`, aborted calls included. @default - an empty list */
  readonly failures?: Failure<unknown>[];
  /** Further items are skipped after this many failures. @default - none is skipped */
  readonly maximumFailures?: number;
  /** No item is started after it aborts. */
  readonly signal?: AbortSignal;
};

/**
 * Processes every item, ten at a time, and returns the results and the failures. An item that fails does not stop the
 * others.
 *
 * @throws the reason of `signal` when it aborts
 */
export const forEach = async <Item, Result>(
  items: Iterable<Item>,
  process: (item: Item) => Promise<Result>,
  options: ForEachOptions = {},
): Promise<{
  readonly results: readonly Result[];
  readonly failures: readonly Failure<Item>[];
}> => {
  const { failures: all = [], maximumFailures = Number.POSITIVE_INFINITY, signal } = options;
  const failures: Failure<Item>[] = [];
  const attempt = async (item: Item): Promise<Result[]> => {
    if (all.length >= maximumFailures) return [];
    try {
      return [await process(item)];
    } catch (cause) {
      const failure = { item, cause };
      failures.push(failure);
      all.push(failure);
      return [];
    }
  };
  const results = await pMap(items, attempt, { concurrency: CONCURRENCY, signal });
  return { results: results.flat(), failures };
};
