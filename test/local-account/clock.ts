import { setTimeout } from 'node:timers/promises';

/** What the account does without anybody waiting for it: deliveries, batches, automatic remediation. */
export const createWork = (whose: string) => {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];

  return {
    /** Runs `work` behind the caller's back; `ended` tells of its failure. */
    begin: (work: () => Promise<void>) => {
      const promise = work()
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(promise));
      underWay.add(promise);
    },
    isUnderWay: () => underWay.size > 0,
    /** Resolves when nothing is under way; throws what failed since the last call. */
    ended: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
      const failed = failures.splice(0);
      if (failed.length > 0)
        throw new AggregateError(failed, `work of ${whose} failed: ${failed.join('; ')}`);
    },
  };
};

export type Work = ReturnType<typeof createWork>;

/** Waits for so many milliseconds of the account's time; rejects with the signal's reason when it aborts. */
export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/**
 * Runs work while the account's time passes no faster than real time: a process takes real seconds, which must
 * not be minutes of the account.
 */
export type SlowDown = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** The time of an account. */
export type Clock = { readonly now: () => Date; readonly wait: Wait };

/** What a timer holds, some 24 days. */
const LONGEST = 2 ** 31 - 1;

/** The account's time is real time. */
export const waitInRealTime: Wait = async (milliseconds, signal) => {
  for (let left = milliseconds; left >= 0; left -= LONGEST)
    await setTimeout(Math.min(left, LONGEST), undefined, { signal });
};

/** Real time is slow enough. */
export const inRealTime: SlowDown = (work) => work();

/**
 * The most real milliseconds that fast time counts at once. When a busy machine suspends this process for longer, the
 * rest does not count: otherwise a short pause would be minutes of the account, in which messages become visible again.
 */
const LONGEST_STEP = 5;

/** Time that runs at a speed, which can be changed. */
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

/** Those who wait; the one whose time comes first has the timer. */
const createWaiters = ({ time, speed, longestStep }: ReturnType<typeof createTime>) => {
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;

  const arrange = () => {
    clearTimeout(timer);
    for (const waiter of [...waiters].sort((one, other) => one.due - other.due))
      if (waiter.due <= time() && waiters.delete(waiter)) waiter.wake();
    const next = Math.min(...Array.from(waiters, ({ due }) => due));
    if (speed() === 0 || next === Number.POSITIVE_INFINITY) return;
    // A timer may be early, or cannot hold so long: then it is set again.
    timer = globalThis.setTimeout(arrange, Math.min((next - time()) / speed(), longestStep()));
  };

  return {
    arrange,
    add: (waiter: Waiter) => void waiters.add(waiter),
    remove: (waiter: Waiter) => void waiters.delete(waiter),
  };
};

/**
 * A clock that runs `speed` times as fast as real time, or with 0 stands, and that a test moves by hand.
 *
 * @throws {RangeError} when `speed` is negative or no number
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
    /** Moves the account's time on; whoever's time has come wakes. */
    advance: (milliseconds: number) => {
      running.move(milliseconds);
      waiters.arrange();
    },
  };
};
