import type { Bundle } from '../bench/bundles.ts';
import { runOnce } from '../bench/process.ts';
import { type Load, serveLoad } from './account.ts';

/** Measurements and outcome of a sweep under load. */
export type Loaded = {
  /** Duration in seconds of the account's time. */
  readonly seconds: number;
  /** Largest resident set of the function's process in MB. */
  readonly peakMegabytes: number;
  readonly calls: number;
  readonly refused: number;
  /** Number of users with a wrong result. */
  readonly wrong: number;
};

/**
 * Sweeps an account that refuses calls. The function runs in its own process.
 *
 * @throws if the function fails
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
