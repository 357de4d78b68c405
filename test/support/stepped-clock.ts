import { setImmediate } from 'node:timers/promises';
import type { LocalAccount } from '../local-account/account.ts';
import type { SlowDown, Wait } from '../local-account/clock.ts';
import { at } from './build.ts';

type Waiter = { readonly due: number; readonly wake: () => void };

/**
 * A clock that does not depend on real time. It stands still, except that `settle` moves it to the next instant that
 * something waits for. It also stands still while a function runs, because processes take real time.
 */
export const createSteppedClock = (start: Date = at) => {
  let time = start.getTime();
  const running = new Set<Promise<unknown>>();
  const waiters = new Set<Waiter>();

  const moveTo = (instant: number): void => {
    time = Math.max(time, instant);
    for (const waiter of [...waiters].toSorted((one, other) => one.due - other.due))
      if (waiter.due <= time && waiters.delete(waiter)) waiter.wake();
  };

  const wait: Wait = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        waiters.delete(waiter);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const waiter = { due: time + milliseconds, wake };
      signal?.addEventListener('abort', abort, { once: true });
      waiters.add(waiter);
    });

  const slowDown: SlowDown = (work) => {
    const promise = work();
    const ended: Promise<unknown> = promise.then(
      () => running.delete(ended),
      () => running.delete(ended),
    );
    running.add(ended);
    return promise;
  };

  return {
    now: () => new Date(time),
    wait,
    slowDown,
    advance: (milliseconds: number) => moveTo(time + milliseconds),
    /** Moves the clock until an account has no work in progress. */
    settle: async (account: LocalAccount): Promise<void> => {
      const { config, ssm, cloudtrail, events, eventSourceMappings } = account;
      const services = [config, ssm, cloudtrail, events, eventSourceMappings];
      const isUnderWay = () => services.some((service) => service.isUnderWay());
      while (isUnderWay()) {
        await Promise.all(running);
        // Everything that needs no time happens before this resolves.
        await setImmediate();
        if (isUnderWay() && running.size === 0)
          moveTo(Math.min(...[...waiters].map(({ due }) => due)));
      }
      await account.settled();
    },
  };
};

/** Turns of the event loop after which this process has no work in progress. */
const TURNS = 100;

/** Waits without a timer until this process has no work in progress, including loopback connections. */
export const drainEventLoop = async (): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
};
