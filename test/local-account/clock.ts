import { setTimeout } from 'node:timers/promises';

/** Keeps track of work in the background: deliveries and batches. */
export const createWork = (service: string) => {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];

  /** Resolves when no work is left; throws the failures since the last call. */
  const ended = async () => {
    while (underWay.size > 0) await Promise.all(underWay);
    const failed = failures.splice(0);
    if (failed.length > 0)
      throw new AggregateError(failed, `work of ${service} failed: ${failed.join('; ')}`);
  };

  return {
    /** Starts work in the background and returns its end; `ended` throws its failure. */
    begin: (work: () => Promise<void>): Promise<void> => {
      const promise = work()
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(promise));
      underWay.add(promise);
      return promise;
    },
    isUnderWay: () => underWay.size > 0,
    ended,
    /** Resolves when no work is left and the service is no longer busy; throws failures. */
    settled: async (isBusy: () => boolean) => {
      await ended();
      while (isBusy()) {
        await setTimeout(5);
        await ended();
      }
    },
  };
};

export type Work = ReturnType<typeof createWork>;

/** Waits for milliseconds of the account's time; rejects with the reason of the signal when it aborts. */
export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/**
 * Runs work while the account's time passes no faster than real time: a process takes real seconds, which must
 * not become minutes of the account's time.
 */
export type SlowDown = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** The clock of an account. */
export type Clock = { readonly now: () => Date; readonly wait: Wait };

/** The longest delay of a Node timer in milliseconds, about 24 days. */
const LONGEST = 2 ** 31 - 1;

/** Waits in real time. */
export const waitInRealTime: Wait = async (milliseconds, signal) => {
  for (let left = milliseconds; left >= 0; left -= LONGEST)
    await setTimeout(Math.min(left, LONGEST), undefined, { signal });
};

/** Runs work without slowing the clock down, for an account in real time. */
export const inRealTime: SlowDown = (work) => work();

/**
 * The most real milliseconds that fast time counts at once. If a busy machine suspends the process for longer, the rest
 * does not count. Otherwise a short pause would be minutes of the account, in which messages become visible again.
 */
const LONGEST_STEP = 5;

/** Creates time that runs at a changeable speed. */
const createTime = (start: Date, given: number) => {
  let [since, at, speed] = [performance.now(), start.getTime(), given];
  const longestStep = () => (speed > 1 ? LONGEST_STEP : LONGEST);
  const time = () => {
    const now = performance.now();
    at += Math.min(now - since, longestStep()) * speed;
    since = now;
    return at;
  };
  return {
    time,
    speed: () => speed,
    longestStep,
    move: (milliseconds: number) => {
      at = time() + milliseconds;
    },
    run: (newSpeed: number) => {
      time();
      speed = newSpeed;
    },
  };
};

type Waiter = { readonly due: number; readonly wake: () => void };

/** Creates the list of waiters; one timer runs for the earliest of them. */
const createWaiters = ({ time, speed, longestStep }: ReturnType<typeof createTime>) => {
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;

  const arrange = () => {
    clearTimeout(timer);
    for (const waiter of [...waiters].sort((one, other) => one.due - other.due))
      if (waiter.due <= time() && waiters.delete(waiter)) waiter.wake();
    const next = Math.min(...Array.from(waiters, ({ due }) => due));
    if (speed() === 0 || next === Number.POSITIVE_INFINITY) return;
    // A timer may fire early, and its delay is limited: then this sets it again.
    timer = globalThis.setTimeout(arrange, Math.min((next - time()) / speed(), longestStep()));
  };

  return {
    arrange,
    add: (waiter: Waiter) => void waiters.add(waiter),
    remove: (waiter: Waiter) => void waiters.delete(waiter),
  };
};

/**
 * Creates a clock that runs `speed` times as fast as real time, or stands still with speed 0. `advance` moves it.
 *
 * @throws {RangeError} when `speed` is negative or not a number
 */
export const createClock = ({ start = new Date(), speed = 1 } = {}) => {
  if (!(speed >= 0)) throw new RangeError(`speed must be a number from 0 on, got ${speed}`);
  const running = createTime(start, speed);
  const { time } = running;
  const waiters = createWaiters(running);
  let slowed = 0;
  const adjust = (by: 1 | -1) => {
    slowed += by;
    running.run(slowed > 0 ? Math.min(speed, 1) : speed);
    waiters.arrange();
  };
  const slowDown: SlowDown = async (work) => {
    adjust(1);
    try {
      return await work();
    } finally {
      adjust(-1);
    }
  };

  const wait: Wait = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        waiters.remove(waiter);
        waiters.arrange();
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const waiter = { due: time() + milliseconds, wake };
      signal?.addEventListener('abort', abort, { once: true });
      waiters.add(waiter);
      waiters.arrange();
    });

  return {
    now: () => new Date(time()),
    wait,
    slowDown,
    /** Advances the account's time and wakes every waiter whose time has come. */
    advance: (milliseconds: number) => {
      running.move(milliseconds);
      waiters.arrange();
    },
  };
};
