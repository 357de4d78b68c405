import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at } from '../support/build.ts';
import {
  beginTime,
  giveTimeBack,
  holdTime,
  passTime,
  runWork,
  takeTime,
  touchTime,
  until,
} from './virtual-time.ts';

const DAY = 86_400_000;

beforeEach(() => {
  takeTime();
  beginTime(at);
});
afterEach(giveTimeBack);

describe('virtual time', () => {
  it('stands still until a test moves it', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    expect(Date.now()).toBe(at.getTime());
    expect(new Date()).toEqual(at);
    expect(new Date(0)).toBeInstanceOf(Date);
  });

  it('jumps from timer to timer in order', async () => {
    const seen: [string, number][] = [];
    const see = (what: string) => seen.push([what, Date.now() - at.getTime()]);
    setTimeout(see, 2 * DAY, 'second');
    setTimeout(see, DAY, 'first');
    clearTimeout(setTimeout(see, DAY, 'never'));
    await passTime(3 * DAY);
    expect(seen).toEqual([
      ['first', DAY],
      ['second', 2 * DAY],
    ]);
    expect(Date.now() - at.getTime()).toBe(3 * DAY);
  });

  it('applies to promises and signals', async () => {
    const signal = AbortSignal.timeout(DAY);
    await until(wait(DAY - 1));
    expect(signal.aborted).toBe(false);
    await expect(until(wait(DAY, undefined, { signal }))).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(Date.now() - at.getTime()).toBe(DAY);
  });

  it('does not pass while an answer is under way', async () => {
    const server = createServer((_, response) => {
      touchTime();
      response.end('answer');
    });
    server.listen(0, '127.0.0.1');
    const release = holdTime();
    await once(server, 'listening');
    release();
    let isTimeUp = false;
    setTimeout(() => {
      isTimeUp = true;
    }, 20_000);
    const { port } = server.address() as AddressInfo;
    const [response] = await until(once(get({ host: '127.0.0.1', port }), 'response'));
    response.resume();
    expect(isTimeUp).toBe(false);
    server.closeAllConnections();
    server.close();
    await passTime(20_000);
    expect(isTimeUp).toBe(true);
  });

  it('runs no timer of cancelled work', async () => {
    const state = { isOver: false };
    let runs = 0;
    runWork(state, () => {
      const run = () => {
        runs += 1;
      };
      for (const days of [1, 3]) setTimeout(run, days * DAY);
    });
    await passTime(2 * DAY);
    state.isOver = true;
    await passTime(2 * DAY);
    expect(runs).toBe(1);
  });

  it('ends when real time is restored', () => {
    giveTimeBack();
    expect(Math.abs(Date.now() - at.getTime())).toBeGreaterThan(DAY);
    expect(Date.name).toBe('Date');
  });
});
