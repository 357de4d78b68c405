import { InvalidResponseError } from '../input/parse.ts';

/** Characters of a token that an error message shows. */
const LONGEST_TOKEN = 200;

/** One page of a listing, and where the next one begins; nothing on the last page. */
export type PageOf<Answer> = { readonly answer: Answer; readonly next: string | undefined };

/**
 * Every page of a listing, one after the other.
 *
 * @param expected  the operation and what it should have given, as an error's message begins
 * @throws {InvalidResponseError} when a page leads back to one that was there before
 */
export async function* pages<Answer>(
  read: (token: string | undefined) => Promise<PageOf<Answer>>,
  expected: string,
): AsyncGenerator<Answer> {
  const tokens = new Set<string>();
  let token: string | undefined;
  for (;;) {
    const { answer, next } = await read(token);
    yield answer;
    if (next === undefined) return;
    if (tokens.has(next))
      throw new InvalidResponseError(`${expected}, got ${next.slice(0, LONGEST_TOKEN)}`);
    token = next;
    tokens.add(next);
  }
}

/** How an error begins that tells of a page of IAM that leads nowhere. */
export const nextMarker = (operation: string): string => `${operation}: expected the next Marker`;

/** How IAM's answers say whether they go on, and where. */
export type Marked = { readonly IsTruncated: boolean; readonly Marker?: string | undefined };

/**
 * A page of IAM.
 *
 * @throws {InvalidResponseError} when it says that it goes on without saying where: that is no end
 */
export const toMarkedPage = <Answer extends Marked>(
  answer: Answer,
  operation: string,
): PageOf<Answer> => {
  if (answer.IsTruncated && answer.Marker === undefined)
    throw new InvalidResponseError(`${nextMarker(operation)}, got none`);
  return { answer, next: answer.IsTruncated ? answer.Marker : undefined };
};

/** Items in batches of at most so many, in their order; none where there are none. */
export const inBatches = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** Refused items, and characters of them, that an error names, of however many there are. */
const MAXIMUM_NAMED = 5;
const LONGEST_NAMED = 800;

/** The first of what a service refused, as an error names them. */
export const nameSome = (refused: readonly string[]): string =>
  refused.slice(0, MAXIMUM_NAMED).join(', ').slice(0, LONGEST_NAMED);
