import { setImmediate } from 'node:timers/promises';

/** Turns of the event loop after which nothing is under way in this process. */
const TURNS = 100;

/** Waits until nothing is under way in this process, including loopback connections, without a timer. */
export const drainEventLoop = async (): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
};
