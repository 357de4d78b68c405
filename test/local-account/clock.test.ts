import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at } from '../support/build.ts';
import { createClock, waitInRealTime } from './clock.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether a promise has settled once all pending callbacks have run. */
const hasSettled = async (promise: Promise<unknown>) => {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await setImmediate();
  return settled;
};

describe('createClock', () => {
  it('starts at an instant and runs at a speed', async () => {
    const { now, wait } = createClock({ start: at, speed: 1000 });
    const waiting = wait(MINUTE);

    vi.advanceTimersByTime(59);
    expect(await hasSettled(waiting)).toBe(false);

    vi.advanceTimersByTime(1);
    expect(await hasSettled(waiting)).toBe(true);
    expect(now()).toEqual(new Date(at.getTime() + MINUTE));
  });

  it('stands still with speed 0 until it is advanced', () => {
    const { now, advance } = createClock({ start: at, speed: 0 });
    vi.advanceTimersByTime(MINUTE);
    expect(now()).toEqual(at);

    advance(1);

    expect(now()).toEqual(new Date(at.getTime() + 1));
  });

  it('runs no faster than real time during slow work, even if some of the work fails', async () => {
    const { now, slowDown } = createClock({ start: at, speed: 1_000 });
    let finish = () => {};
    const failing = slowDown(() => Promise.reject(new Error('no')));
    const long = slowDown(() => new Promise<void>((resolve) => (finish = resolve)));
    await expect(failing).rejects.toThrow('no');

    vi.advanceTimersByTime(20);
    expect(now()).toEqual(new Date(at.getTime() + 20));

    finish();
    await long;
    vi.advanceTimersByTime(4);
    expect(now()).toEqual(new Date(at.getTime() + 20 + 4_000));
  });

  it('wakes each waiter at its time and not a millisecond earlier', async () => {
    const { wait, advance } = createClock({ speed: 0 });
    const [short, long] = [wait(MINUTE), wait(2 * MINUTE)];

    advance(MINUTE - 1);
    expect(await hasSettled(short)).toBe(false);

    advance(1);
    expect(await hasSettled(short)).toBe(true);
    expect(await hasSettled(long)).toBe(false);

    advance(MINUTE);
    expect(await hasSettled(long)).toBe(true);
  });

  it('wakes waiters in the order of their times', async () => {
    const { wait, advance } = createClock({ speed: 0 });
    const woken: string[] = [];
    const long = wait(2 * MINUTE).then(() => woken.push('long'));
    const short = wait(MINUTE).then(() => woken.push('short'));

    advance(60 * MINUTE);
    await Promise.all([long, short]);

    expect(woken).toEqual(['short', 'long']);
  });

  it('wakes a waiter when a running clock is advanced', async () => {
    const { wait, advance } = createClock({ speed: 1 });
    const waiting = wait(10 * MINUTE);

    advance(10 * MINUTE);

    expect(await hasSettled(waiting)).toBe(true);
  });

  it('does not wait for 0 milliseconds', async () => {
    await createClock({ speed: 0 }).wait(0);
  });

  it('rejects with the reason of the signal, before and during the wait', async () => {
    const { wait } = createClock({ speed: 0 });
    const closing = new AbortController();
    const waiting = wait(MINUTE, closing.signal);

    closing.abort(new Error('closed'));

    await expect(waiting).rejects.toThrow('closed');
    await expect(wait(MINUTE, closing.signal)).rejects.toThrow('closed');
  });

  it.each([-1, Number.NaN])('refuses the speed %d', (speed) => {
    expect(() => createClock({ speed })).toThrow(RangeError);
  });
});

describe('waitInRealTime', () => {
  it('waits longer than one timer can, until its signal aborts', async () => {
    vi.useRealTimers();
    const warned = vi.spyOn(process, 'emitWarning');
    const closing = new AbortController();
    const waiting = waitInRealTime(30 * 24 * 60 * MINUTE, closing.signal);
    expect(await hasSettled(waiting)).toBe(false);

    closing.abort();

    await expect(waiting).rejects.toThrow();
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
