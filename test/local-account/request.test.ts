import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPage } from './request.ts';

const pageOf = (items: Iterable<string>, size: number, marker?: string) =>
  cutPage({
    list: 'letters',
    items,
    keyOf: (item) => item,
    size,
    marker,
    refuse: (refused) => new RangeError(refused),
  });

describe('cutPage', () => {
  it('returns every item once and in order, for every page size', () => {
    const items = fc.uniqueArray(fc.string({ minLength: 1 }));
    const sizes = fc.integer({ min: 1, max: 20 });

    fc.assert(
      fc.property(items, sizes, (all, size) => {
        const pages = [pageOf(all, size)];
        for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next)
          pages.push(pageOf(all, size, next));

        expect(pages.flatMap((page) => page.items)).toEqual([...all].sort());
        expect(pages).toHaveLength(Math.max(1, Math.ceil(all.length / size)));
      }),
    );
  });

  it('returns every remaining item after an item was deleted between two pages', () => {
    const { next } = pageOf(['a', 'b', 'c'], 1);

    expect(pageOf(['b', 'c'], 1, next)).toMatchObject({ items: ['b'] });
  });

  it.each(['', 'nonsense', 'b3RoZXIKYQ'])('refuses the foreign marker %j', (marker) => {
    expect(() => pageOf(['a'], 1, marker)).toThrow(RangeError);
  });
});
