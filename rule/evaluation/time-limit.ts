/** Milliseconds left for the report when a sweep has to stop: for 5,000 users 100 calls to Config, and their retries. */
export const RESERVED_FOR_REPORT = 60_000;

/** Milliseconds left to say what failed when a report has to stop. */
export const RESERVED_FOR_LOG = 2_000;

/** The most that a timer can hold. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The function's time would end before the sweep. */
export class SweepTimeoutError extends Error {
  override readonly name = 'SweepTimeoutError';
}

/** How long the function may still take, and how much of that is reserved, in milliseconds. */
export type TimeLimit = { readonly remainingTime: () => number; readonly reserved: number };

/**
 * Does work until the reserved time begins, whatever the work is waiting for then.
 *
 * @param work  is told by the signal to begin nothing new
 * @throws {SweepTimeoutError} when the reserved time begins before the end of the work
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
