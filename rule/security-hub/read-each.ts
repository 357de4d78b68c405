import pMap from 'p-map';
import type { Failure } from './failure.ts';

/** Items read at the same time. */
const CONCURRENCY = 10;

/** What was read of items, and of which it failed. */
export type EachRead<Value> = {
  readonly read: readonly Value[];
  readonly failures: readonly Failure[];
};

/**
 * Reads something of each item; one that cannot be read does not keep the others from it.
 *
 * @param userIdsOf  the users of whom nothing is known where the item cannot be read
 */
export const readEach = async <Item, Value>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<Value>,
  userIdsOf: (item: Item) => readonly string[] = () => [],
): Promise<EachRead<Value>> => {
  const failures: Failure[] = [];
  const attempt = async (item: Item): Promise<Value[]> => {
    try {
      return [await read(item)];
    } catch (cause) {
      failures.push({ userIds: userIdsOf(item), cause });
      return [];
    }
  };
  const all = await pMap(items, attempt, { concurrency: CONCURRENCY });
  return { read: all.flat(), failures };
};
