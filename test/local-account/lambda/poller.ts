import { ServiceError } from '../call.ts';
import type { Work } from '../work.ts';
import { gatherBatch, type PollerOptions, runBatch } from './batch.ts';

/** Lambda begins with so many batches at a time where no MaximumConcurrency says another number. */
const CONCURRENCY = 5;
const MILLISECONDS_AFTER_REFUSAL = 1000;

/** A refused call is no end of the polling: the messages are still in the queue. */
const unlessRefused = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
};

/**
 * Polls a queue for a function until the account closes.
 *
 * Lambda asks the queue without end; here a poller asks only when there is something, or every call of an
 * account would be one of these.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const poll = async (options: PollerOptions, work: Work): Promise<void> => {
  const { mapping, queue, wait, closed } = options;
  const most = mapping.ScalingConfig.MaximumConcurrency ?? CONCURRENCY;
  const underWay = new Set<Promise<void>>();

  while (!closed.aborted) {
    await queue.untilVisible(closed);
    const batch = closed.aborted ? [] : await unlessRefused(() => gatherBatch(options));
    // It rejects when the account closes, which ends the loop.
    if (batch === undefined) await wait(MILLISECONDS_AFTER_REFUSAL, closed).catch(() => {});
    if (batch === undefined || batch.length === 0 || closed.aborted) continue;
    const running = new Promise<void>((resolve) =>
      work.begin(async () => {
        await unlessRefused(() => runBatch(batch, options)).finally(resolve);
      }),
    ).then(() => void underWay.delete(running));
    underWay.add(running);
    if (underWay.size >= most) await Promise.race(underWay);
  }
};
