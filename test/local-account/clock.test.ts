import { describe, expect, it, vi } from 'vitest';
import { at } from '../support/build.ts';
import { createClock, waitInRealTime } from './clock.ts';

const MINUTE = 60_000;

/** Whether a promise has resolved once everything that can run has run. */
const hasResolved = async (promise: Promise<unknown>) => {
  let resolved = false;
  promise.then(
    () => {
      resolved = true;
    },
    () => {},
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  return resolved;
};

describe('createClock', () => {
  it('begins where it is told, and runs as fast as it is told', async () => {
    const { now, wait } = createClock({ start: at, speed: 1000 });
    const before = performance.now();

    await wait(MINUTE);

    expect(now().getTime() - at.getTime()).toBeGreaterThanOrEqual(MINUTE);
    expect(performance.now() - before).toBeGreaterThanOrEqual(MINUTE / 1000 - 1);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('stands with speed 0, until it is moved', () => {
    const { now, advance } = createClock({ start: at, speed: 0 });
    expect(now()).toEqual(at);

    advance(1);

    expect(now()).toEqual(new Date(at.getTime() + 1));
  });

  it('runs no faster than real time while work is done, then as fast as before', async () => {
    const { now, wait, slowDown } = createClock({ start: at, speed: 1_000_000 });
    const passed = await slowDown(async () => {
      const before = now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return now().getTime() - before.getTime();
    });
    expect(passed).toBeGreaterThanOrEqual(19);
    expect(passed).toBeLessThan(10_000);
    // Ten real minutes, if the clock were still slow.
    await wait(10 * MINUTE);
  });

  it('is slow until all the work is done, and also when it fails', async () => {
    const { wait, slowDown } = createClock({ speed: 1_000_000 });
    const short = slowDown(async () => {
      throw new Error('no');
    });
    const long = slowDown(() => new Promise((resolve) => setTimeout(resolve, 50)));
    const waiting = wait(MINUTE);
    await expect(short).rejects.toThrow('no');
    expect(await hasResolved(waiting)).toBe(false);
    await long;
    await waiting;
  });

  it('wakes each waiter when its time has come, and not a millisecond earlier', async () => {
    const { wait, advance } = createClock({ speed: 0 });
    const [short, long] = [wait(MINUTE), wait(2 * MINUTE)];

    advance(MINUTE - 1);
    expect(await hasResolved(short)).toBe(false);

    advance(1);
    expect(await hasResolved(short)).toBe(true);
    expect(await hasResolved(long)).toBe(false);

    advance(MINUTE);
    expect(await hasResolved(long)).toBe(true);
  });

  it('wakes the one whose time came first before the others', async () => {
    const { wait, advance } = createClock({ speed: 0 });
    const woken: string[] = [];
    const long = wait(2 * MINUTE).then(() => woken.push('long'));
    const short = wait(MINUTE).then(() => woken.push('short'));

    advance(60 * MINUTE);
    await Promise.all([long, short]);

    expect(woken).toEqual(['short', 'long']);
  });

  it('wakes a waiter early enough when it is moved while it runs', async () => {
    const { wait, advance } = createClock({ speed: 1 });
    const waiting = wait(10 * MINUTE);

    advance(10 * MINUTE);

    await waiting;
  });

  it('does not wait for what is over', async () => {
    await createClock({ speed: 0 }).wait(0);
  });

  it('rejects with the reason of the signal, also of one that has aborted before', async () => {
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
  it('waits no less than it should', async () => {
    const before = performance.now();

    await waitInRealTime(20);

    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
  });

  it('waits for longer than a timer holds, until its signal aborts', async () => {
    const warned = vi.spyOn(process, 'emitWarning');
    const closing = new AbortController();
    const waiting = waitInRealTime(30 * 24 * 60 * MINUTE, closing.signal);
    expect(await hasResolved(waiting)).toBe(false);

    closing.abort();

    await expect(waiting).rejects.toThrow();
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
