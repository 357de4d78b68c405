import { describe, expect, it } from 'vitest';
import { nextMarker, type PageOf, pages, toMarkedPage } from '../../../rule/aws/pages.ts';
import { InvalidResponseError } from '../../../rule/input/parse.ts';

/** All that a listing gives whose page after each token these are; the first one is after nothing. */
const listing = async (after: Readonly<Record<string, PageOf<string>>>) => {
  const answers: string[] = [];
  const read = async (token = '') => {
    const page = after[token];
    if (page === undefined) throw new RangeError(`no page after ${token}`);
    return page;
  };
  for await (const answer of pages(read, 'List: expected the next Token')) answers.push(answer);
  return answers;
};

describe('a listing', () => {
  it.each([
    ['one page', { '': { answer: 'a', next: undefined } }, ['a']],
    [
      'three',
      {
        '': { answer: 'a', next: '1' },
        1: { answer: 'b', next: '2' },
        2: { answer: 'c', next: undefined },
      },
      ['a', 'b', 'c'],
    ],
  ])('is every page, of %s', async (_, after, answers) => {
    expect(await listing(after)).toEqual(answers);
  });

  it.each([
    ['itself', { '': { answer: 'a', next: '1' }, 1: { answer: 'b', next: '1' } }],
    [
      'an earlier one',
      {
        '': { answer: 'a', next: '1' },
        1: { answer: 'b', next: '2' },
        2: { answer: 'c', next: '1' },
      },
    ],
  ])('that leads back to %s comes to no end, and says where', async (_, after) => {
    const failed = listing(after);
    await expect(failed).rejects.toThrow(InvalidResponseError);
    await expect(failed).rejects.toThrow(/^List: expected the next Token, got 1$/);
  });

  it.each([
    [200, 200],
    [201, 200],
  ])('shows of a token of %d characters %d', async (length, shown) => {
    const token = 't'.repeat(length);
    const round = { answer: 'a', next: token };
    await expect(listing({ '': round, [token]: round })).rejects.toThrow(
      new RegExp(`got t{${shown}}$`),
    );
  });

  it('is over when a page cannot be read', async () => {
    await expect(listing({ '': { answer: 'a', next: 'gone' } })).rejects.toThrow(
      'no page after gone',
    );
  });
});

describe('a page of IAM', () => {
  it.each([
    [{ IsTruncated: false }, undefined],
    [{ IsTruncated: false, Marker: 'm' }, undefined],
    [{ IsTruncated: true, Marker: 'm' }, 'm'],
  ])('%j goes on at %s', (answer, next) => {
    expect(toMarkedPage(answer, 'ListUsers')).toEqual({ answer, next });
  });

  it('that goes on nowhere is no end', () => {
    const read = () => toMarkedPage({ IsTruncated: true }, 'ListUsers');
    expect(read).toThrow(InvalidResponseError);
    expect(read).toThrow(/^ListUsers: expected the next Marker, got none$/);
    expect(nextMarker('ListUsers')).toBe('ListUsers: expected the next Marker');
  });
});
