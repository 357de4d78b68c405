import { describe, expect, it } from 'vitest';
import { inBatches, nameSome } from '../../../rule/aws/pages.ts';

describe('batches', () => {
  it.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('of %i items are as large as they may be, in order', (length, sizes) => {
    const items = Array.from({ length }, (_, index) => index);
    const batches = inBatches(items, 100);
    expect(batches.map((batch) => batch.length)).toEqual(sizes);
    expect(batches.flat()).toEqual(items);
  });
});

describe('what was refused', () => {
  it('is named, five of it at most', () => {
    expect(nameSome(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d, e');
  });

  it('is named in 800 characters at most', () => {
    expect(nameSome(['x'.repeat(800)])).toHaveLength(800);
    expect(nameSome(['x'.repeat(801)])).toHaveLength(800);
  });
});
