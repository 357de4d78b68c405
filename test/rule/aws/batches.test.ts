import { describe, expect, it } from 'vitest';
import { forEach, inBatches, nameSome } from '../../../rule/aws/batches.ts';

describe('inBatches', () => {
  it.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('splits %i items into full batches, in order', (length, sizes) => {
    const items = Array.from({ length }, (_, index) => index);
    const batches = inBatches(items, 100);
    expect(batches.map((batch) => batch.length)).toEqual(sizes);
    expect(batches.flat()).toEqual(items);
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
  const numbers = (length: number) => Array.from({ length }, (_, index) => index);

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

  it.each([
    [[-1, 2, 3], { results: [4, 6] }],
    [[-1, 2, -3], 'failure -3'],
  ])('throws the second failure of %j if it may have one', async (items, expected) => {
    const attempt = forEach(items, process, { maximumFailures: 2 });
    if (typeof expected === 'string') await expect(attempt).rejects.toThrow(expected);
    else expect(await attempt).toMatchObject(expected);
  });

  it('throws the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('out of time'));
    await expect(forEach([1], process, { signal })).rejects.toThrow('out of time');
  });
});
