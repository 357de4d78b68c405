import { setImmediate } from 'node:timers/promises';

/** Turns of the event loop in which everything that is under way inside this process arrives. */
const TURNS = 100;

/** Lets everything happen that is under way inside this process, loopback connections included, without waiting for a clock. */
export const drainEventLoop = async (): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
};
