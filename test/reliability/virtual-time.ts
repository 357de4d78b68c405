import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

/** The real functions that virtual time replaces. */
const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  random: Math.random,
  timeout: AbortSignal.timeout,
  wait: timersPromises.setTimeout,
};

type Timer = { readonly due: number; readonly run: () => void };

/** After so many turns of the event loop without activity, nothing is under way on loopback. */
const QUIET_TURNS = 25;

/** Real milliseconds after which a test that makes no progress fails. */
const STUCK = 120_000;

/** The current work, whose timers stop when it is over, like those of a function that timed out. */
const work = new AsyncLocalStorage<{ isOver: boolean }>();

let [instant, activity, holds, chance] = [0, 0, 0, 0];
const timers = new Map<number, Timer>();
let lastId = 0;

const setVirtualTimeout = (
  callback: (...args: unknown[]) => void,
  delay = 0,
  ...args: unknown[]
) => {
  activity += 1;
  lastId += 1;
  const id = lastId;
  const within = work.getStore();
  const bound = AsyncResource.bind(() => callback(...args));
  const run = () => {
    if (within?.isOver !== true) bound();
  };
  timers.set(id, { due: instant + Math.max(1, Math.trunc(Number(delay)) || 0), run });
  const handle = { id, ref: () => handle, unref: () => handle, hasRef: () => false };
  return handle;
};

const clearVirtualTimeout = (handle?: unknown) => {
  activity += 1;
  if (typeof handle === 'object' && handle !== null && 'id' in handle)
    timers.delete(Number(handle.id));
  else real.clearTimeout(handle as number | undefined);
};

const waitVirtually = (delay = 0, value?: unknown, { signal }: { signal?: AbortSignal } = {}) =>
  new Promise((resolve, reject) => {
    const refuse = () =>
      reject(
        new DOMException('The operation was aborted', {
          name: 'AbortError',
          cause: signal?.reason,
        }),
      );
    if (signal?.aborted) return refuse();
    const abort = () => {
      clearVirtualTimeout(handle);
      refuse();
    };
    const handle = setVirtualTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, delay);
    signal?.addEventListener('abort', abort, { once: true });
  });

const abortVirtually = (delay: number) => {
  const controller = new AbortController();
  const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  setVirtualTimeout(() => controller.abort(reason), delay);
  return controller.signal;
};

const VirtualDate = new Proxy(real.Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [instant] : args, newTarget),
  get: (target, name, receiver) =>
    name === 'now' ? () => instant : Reflect.get(target, name, receiver),
});

/** A seeded generator, so that retry delays are reproducible. */
const repeatableRandom = () => {
  chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0;
  return chance / 2 ** 32;
};

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits in real time, in which other processes run. */
export const waitReally = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    real.setTimeout(resolve, milliseconds);
  });

/** Whether the operating system is busy with a file, a connection or a write. */
const isUnderWay = () =>
  process.getActiveResourcesInfo().some((type) => /^(FSReq|TCPConnect|WriteWrap)/.test(type));

/** Resolves when nothing more happens before the next timer. */
const quiet = async () => {
  const began = performance.now();
  for (let turns = 0; turns < QUIET_TURNS; ) {
    const before = activity;
    if (performance.now() - began > STUCK)
      throw new Error('expected an end of the activity, got none within two minutes');
    await (holds > 0 ? waitReally(1) : nextTurn());
    turns = holds === 0 && activity === before && !isUnderWay() ? turns + 1 : 0;
  }
};

/** Jumps to the next timer that is due by then. Returns whether there was one. */
const goOn = (horizon: number): boolean => {
  let [next, earliest] = [undefined as number | undefined, horizon];
  for (const [id, { due }] of timers)
    if (due < earliest || (due === earliest && next === undefined)) [next, earliest] = [id, due];
  const timer = next === undefined ? undefined : timers.get(next);
  if (next === undefined || timer === undefined) return false;
  timers.delete(next);
  instant = Math.max(instant, timer.due);
  activity += 1;
  timer.run();
  return true;
};

/** Replaces the time of this process by virtual time, which only jumps from timer to timer. */
export const takeTime = (): void => {
  Object.assign(globalThis, {
    Date: VirtualDate,
    setTimeout: setVirtualTimeout,
    clearTimeout: clearVirtualTimeout,
  });
  AbortSignal.timeout = abortVirtually;
  Math.random = repeatableRandom;
  Object.assign(timersPromises, { setTimeout: waitVirtually });
  syncBuiltinESMExports();
};

/** Restores real time. */
export const giveTimeBack = (): void => {
  const { timeout, wait, random, ...globals } = real;
  Object.assign(globalThis, globals);
  AbortSignal.timeout = timeout;
  Math.random = random;
  Object.assign(timersPromises, { setTimeout: wait });
  syncBuiltinESMExports();
};

/** Restarts virtual time at an instant and drops all timers. */
export const beginTime = (start: Date): void => {
  timers.clear();
  [instant, chance] = [start.getTime(), 0];
};

/** Records activity that time has to wait for, such as a request. */
export const touchTime = (): void => {
  activity += 1;
};

/** Stops time while another process works, until the returned function is called. */
export const holdTime = (): (() => void) => {
  holds += 1;
  let isHeld = true;
  return () => {
    if (isHeld) holds -= 1;
    isHeld = false;
    activity += 1;
  };
};

/** Runs work whose timers stop once `isOver` is set. */
export const runWork = <Result>(state: { isOver: boolean }, run: () => Result): Result =>
  work.run(state, run);

/** Moves the time until a promise is settled. */
export const until = async <Result>(promise: Promise<Result>): Promise<Result> => {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  let stuckSince: number | undefined;
  while (!isSettled) {
    await quiet();
    if (isSettled) break;
    if (goOn(Number.POSITIVE_INFINITY)) {
      stuckSince = undefined;
      continue;
    }
    stuckSince ??= performance.now();
    if (performance.now() - stuckSince > STUCK)
      throw new Error('expected a settled promise, got no activity for two minutes');
    await waitReally(1);
  }
  return promise;
};

/** Moves the time by a number of milliseconds and runs the timers in between. */
export const passTime = async (milliseconds: number): Promise<void> => {
  const end = instant + milliseconds;
  do await quiet();
  while (goOn(end));
  instant = end;
};
