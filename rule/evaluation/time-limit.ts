/** Milliseconds reserved for the report of a sweep: for 5,000 users, 100 calls to AWS Config and their retries. */
export const RESERVED_FOR_REPORT = 60_000;

/** Milliseconds reserved for the log line if the report has to stop. */
export const RESERVED_FOR_LOG = 2_000;

/** The longest delay of `setTimeout`, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The sweep takes longer than the function may run. */
class SweepTimeoutError extends Error {
  override readonly name = 'SweepTimeoutError';
}

/** The remaining time of the function, and the part of it that is reserved, in milliseconds. */
export type TimeLimit = { readonly remainingTime: () => number; readonly reserved: number };

/**
 * Runs work until the reserved time begins, even if the work is waiting for a response.
 *
 * @param work  must not start anything new after its signal aborts
 * @throws {SweepTimeoutError} if the reserved time begins before the end of the work
 */
export const withinTime = async <Result>(
  { remainingTime, reserved }: TimeLimit,
  work: (timeUp: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const controller = new AbortController();
  const { signal } = controller;
  const timeUp = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  const milliseconds = remainingTime() - reserved;
  const stop = () =>
    controller.abort(new SweepTimeoutError(`stopped with ${reserved} ms left, to report in time`));
  const timer = setTimeout(stop, Math.min(Math.max(milliseconds, 0), LONGEST_TIMER));
  try {
    return await Promise.race([work(signal), timeUp]);
  } finally {
    clearTimeout(timer);
  }
};
