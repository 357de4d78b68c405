import type { Bundle } from '../bench/bundles.ts';
import { runOnce } from '../bench/process.ts';
import { type Load, serveLoad } from './account.ts';

/** What a sweep under load took, and what it left behind. */
export type Loaded = {
  /** Seconds of the account's time. */
  readonly seconds: number;
  /** The largest resident set of the function's process, in MB. */
  readonly peakMegabytes: number;
  readonly calls: number;
  readonly refused: number;
  /** Users of whom Config holds something else than what is so. */
  readonly wrong: number;
};

/**
 * Sweeps an account that refuses calls, the function in a process of its own.
 *
 * @throws when the function fails
 */
export const sweepUnderLoad = async (bundle: Bundle, load: Load): Promise<Loaded> => {
  const { speed } = load;
  let [seconds, peakMegabytes] = [Number.NaN, Number.NaN];
  const account = await serveLoad(load, async (event, endpoint) => {
    const measure = await runOnce(process.execPath, bundle, { event, endpoint, speed });
    seconds = (measure.importMilliseconds + measure.milliseconds) / 1_000;
    peakMegabytes = measure.peakMegabytes;
  });
  try {
    await account.sweep();
    const { calls } = account;
    const refused = calls.filter(({ errorCode }) => errorCode !== undefined).length;
    return { seconds, peakMegabytes, calls: calls.length, refused, wrong: account.wrong() };
  } finally {
    await account.close();
  }
};
