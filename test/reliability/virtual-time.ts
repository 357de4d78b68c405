import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

/** What was there before: the time of the machine, and its chance. */
const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  random: Math.random,
  timeout: AbortSignal.timeout,
  wait: timersPromises.setTimeout,
};

type Timer = { readonly due: number; readonly run: () => void };

/** Turns of the event loop without anything happening after which nothing is on its way over loopback. */
const QUIET_TURNS = 25;

/** Milliseconds of the machine in which nothing happens, or always something: then it is never over. */
const STUCK = 120_000;

/** The work whose timers no longer run, as those of a function that ran out of time. */
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

/** The same numbers from every beginning on, so that waits are the same. */
const repeatableRandom = () => {
  chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0;
  return chance / 2 ** 32;
};

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits in the time of the machine, in which other processes live. */
export const waitReally = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    real.setTimeout(resolve, milliseconds);
  });

/** Something is with the operating system: a file, a connection, what is being written. */
const isUnderWay = () =>
  process.getActiveResourcesInfo().some((type) => /^(FSReq|TCPConnect|WriteWrap)/.test(type));

/** Resolves when nothing happens any more until time goes on. */
const quiet = async () => {
  const began = performance.now();
  for (let turns = 0; turns < QUIET_TURNS; ) {
    const before = activity;
    if (performance.now() - began > STUCK) throw new Error('it never comes to an end');
    await (holds > 0 ? waitReally(1) : nextTurn());
    turns = holds === 0 && activity === before && !isUnderWay() ? turns + 1 : 0;
  }
};

/** Lets time go on to the next timer that is due by then; whether there was one. */
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

/** Takes the place of the process's time: it stands, but for jumps to the next timer when nothing else happens. */
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

/** Gives the process the time of the machine back. */
export const giveTimeBack = (): void => {
  const { timeout, wait, random, ...globals } = real;
  Object.assign(globalThis, globals);
  AbortSignal.timeout = timeout;
  Math.random = random;
  Object.assign(timersPromises, { setTimeout: wait });
  syncBuiltinESMExports();
};

/** Begins anew at an instant: whoever still waited waits for ever. */
export const beginTime = (start: Date): void => {
  timers.clear();
  [instant, chance] = [start.getTime(), 0];
};

/** Something happens that time waits for, such as a request that is being answered. */
export const touchTime = (): void => {
  activity += 1;
};

/** Time stands until what is given back is called: something happens outside of this process. */
export const holdTime = (): (() => void) => {
  holds += 1;
  let isHeld = true;
  return () => {
    if (isHeld) holds -= 1;
    isHeld = false;
    activity += 1;
  };
};

/** Runs work that can be given up: `isOver` set, its timers run no more. */
export const runWork = <Result>(state: { isOver: boolean }, run: () => Result): Result =>
  work.run(state, run);

/** Lets time go on until a promise is settled. */
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
    if (performance.now() - stuckSince > STUCK) throw new Error('nothing happens any more');
    await waitReally(1);
  }
  return promise;
};

/** Lets so many milliseconds pass, with all that happens meanwhile. */
export const passTime = async (milliseconds: number): Promise<void> => {
  const end = instant + milliseconds;
  do await quiet();
  while (goOn(end));
  instant = end;
};
