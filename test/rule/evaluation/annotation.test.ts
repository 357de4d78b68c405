import { describe, expect, it } from 'vitest';
import {
  firstThatFits,
  MAXIMUM_ANNOTATION_LENGTH,
  shorten,
} from '../../../rule/evaluation/evaluation.ts';

const text = (length: number) => 'x'.repeat(length);

describe('shorten', () => {
  it.each([
    [256, text(256)],
    [257, `${text(253)}...`],
  ])('a text of %d characters fits, or is cut visibly', (length, expected) => {
    expect(shorten(text(length))).toBe(expected);
    expect(expected).toHaveLength(MAXIMUM_ANNOTATION_LENGTH);
  });
});

describe('firstThatFits', () => {
  it('takes the first text that fits, or cuts the last', () => {
    expect(firstThatFits([text(257), text(256), text(1)])).toBe(text(256));
    expect(firstThatFits([text(300), text(257)])).toBe(`${text(253)}...`);
    expect(firstThatFits([text(300), text(257), 'y'.repeat(257)])).toBe(`${'y'.repeat(253)}...`);
    expect(firstThatFits([text(257)])).toBe(`${text(253)}...`);
    expect(firstThatFits([])).toBe('');
  });
});
