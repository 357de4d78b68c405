import { describe, expect, it } from 'vitest';
import { type Failure, forEach, inBatches, nameSome } from '../../../rule/aws/batches.ts';

const numbers = (length: number) => Array.from({ length }, (_, index) => index);

describe('inBatches', () => {
  it.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('splits %i items into full batches, in order', (length, sizes) => {
    const batches = inBatches(numbers(length), 100);
    expect(batches.map((batch) => batch.length)).toEqual(sizes);
    expect(batches.flat()).toEqual(numbers(length));
  });
});

describe('nameSome', () => {
  it('names at most five items', () => {
    expect(nameSome(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d, e');
  });

  it('uses at most 800 characters', () => {
    expect(nameSome(['x'.repeat(800)])).toHaveLength(800);
    expect(nameSome(['x'.repeat(801)])).toHaveLength(800);
  });
});

describe('forEach', () => {
  /** Processes numbers; negative ones fail. */
  const process = async (item: number): Promise<number> => {
    if (item < 0) throw new Error(`failure ${item}`);
    return 2 * item;
  };

  it('returns the results in order, and the items that failed with the reason', async () => {
    const { results, failures } = await forEach([1, -2, 3, -4, 5], process);
    expect(results).toEqual([2, 6, 10]);
    expect(failures).toEqual([
      { item: -2, cause: new Error('failure -2') },
      { item: -4, cause: new Error('failure -4') },
    ]);
  });

  it('processes ten items at a time', async () => {
    const release: (() => void)[] = [];
    const done = forEach(numbers(25), () => new Promise<void>((resolve) => release.push(resolve)));
    for (const started of [10, 20, 25]) {
      await new Promise(setImmediate);
      expect(release).toHaveLength(started);
      for (const end of release) end();
    }
    expect((await done).results).toHaveLength(25);
  });

  it('skips further items after the maximum number of failures, those of earlier calls included', async () => {
    const failures: Failure<unknown>[] = [];
    const options = { failures, maximumFailures: 2 };
    expect((await forEach([-1, 2], process, options)).results).toEqual([4]);
    const all = await forEach([3, -4, ...numbers(20)], process, options);
    expect(all.results.length).toBeLessThan(20);
    expect(all.failures).toEqual([{ item: -4, cause: new Error('failure -4') }]);
    expect(failures).toHaveLength(2);
    expect(await forEach([5], process, options)).toEqual({ results: [], failures: [] });
  });

  it('starts no further item after the signal aborts, and throws its reason', async () => {
    const controller = new AbortController();
    const started: number[] = [];
    const abortAtFirst = async (item: number) => {
      started.push(item);
      controller.abort(new Error('time is up'));
    };
    const { signal } = controller;
    await expect(forEach(numbers(25), abortAtFirst, { signal })).rejects.toThrow('time is up');
    expect(started.length).toBeLessThanOrEqual(10);
  });
});
