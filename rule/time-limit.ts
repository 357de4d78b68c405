/** Milliseconds left for the report when a sweep has to stop: PutEvaluations of 5,000 users is 50 calls, and their retries. */
const RESERVED_FOR_REPORT = 60_000;

/** The most that a timer can hold. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The function's time would end before the sweep. */
export class SweepTimeoutError extends Error {
  override readonly name = 'SweepTimeoutError';
}

/** How long the function may still take, in milliseconds. */
export type TimeLimit = { readonly remainingTime: () => number };

/**
 * Does work until the time has come to report it, whatever the work is waiting for then.
 *
 * @param work  is told by the signal to begin nothing new
 * @throws {SweepTimeoutError} when the time has come before the end of the work
 */
export const withinTime = async <Result>(
  { remainingTime }: TimeLimit,
  work: (timeUp: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const controller = new AbortController();
  const { signal } = controller;
  const timeUp = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  const milliseconds = remainingTime() - RESERVED_FOR_REPORT;
  const stop = () => controller.abort(new SweepTimeoutError('stopped, to report in time'));
  const timer = setTimeout(stop, Math.min(Math.max(milliseconds, 0), LONGEST_TIMER));
  try {
    return await Promise.race([work(signal), timeUp]);
  } finally {
    clearTimeout(timer);
  }
};
