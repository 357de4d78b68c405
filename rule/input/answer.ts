/** A service answered with success, but not with what its API promises. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError';
}

/** How `parse` speaks of the answer of an API call. */
export const answerOf = (what: string) => ({
  what,
  error: (message: string) => new InvalidResponseError(message),
});
