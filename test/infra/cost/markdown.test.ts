import { describe, expect, it } from 'vitest';
import { count, dollars, price, table } from '../../../infra/cost/markdown.ts';

describe('what a report shows', () => {
  it.each([
    [0, '$0.00'],
    [99.99, '$99.99'],
    [100, '$100'],
    [1_234_567.8, '$1,234,568'],
  ])('of %d dollars is %s', (value, shown) => {
    expect(dollars(value)).toBe(shown);
  });

  it('of a price is every digit, of a count none below one', () => {
    expect(price(0.0000133334)).toBe('$0.0000133334');
    expect(count(1_234.5)).toBe('1,235');
  });

  it('is a table with names to the left and numbers to the right', () => {
    expect(table(['what', 'n'], [['a', '1']])).toEqual([
      '| what | n |',
      '| --- | ---: |',
      '| a | 1 |',
    ]);
  });
});
