/** A service answered with success, but not with what its API promises. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
}

/** How `parse` speaks of the answer of an API call. */
export const answerOf = (what: string) => ({
  what,
  error: (message: string) => new InvalidResponseError(message),
});

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
    if (tokens.has(next)) throw new InvalidResponseError(`${expected}, got ${next}`);
    token = next;
    tokens.add(next);
  }
}
