import { describe, expect, it, onTestFinished } from 'vitest';
import { at } from '../support/build.ts';
import { createClock } from './clock.ts';
import { createSchedules } from './schedules.ts';

const HOUR = 3_600_000;
const every = (hours: number) => (instant: number) => instant + hours * HOUR;

const setup = () => {
  const clock = createClock({ start: at, speed: 0 });
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const schedules = createSchedules({ ...clock, closed: closing.signal });
  const done: string[] = [];
  const put = (name: string, hours: number) =>
    schedules.put(name, {
      nextAfter: every(hours),
      act: async (due) => {
        done.push(`${name} begins ${due.toISOString().slice(11, 16)}`);
        await Promise.resolve();
        done.push(`${name} ends`);
      },
    });
  const advance = async (hours: number) => {
    clock.advance(hours * HOUR);
    await schedules.settled();
    return done.splice(0);
  };
  return { schedules, put, advance };
};

describe('schedules', () => {
  it('run when they are due, and not before', async () => {
    const { put, advance } = setup();
    put('a', 1);

    expect(await advance(0.999)).toEqual([]);
    expect(await advance(0.001)).toEqual(['a begins 13:00', 'a ends']);
  });

  it('run one after the other in the order of their due instants', async () => {
    const { put, advance } = setup();
    put('slow', 2);
    put('fast', 1);

    const begun = (await advance(4)).filter((line) => line.includes('begins'));
    expect(begun).toEqual([
      ...['fast begins 13:00', 'slow begins 14:00', 'fast begins 14:00'],
      ...['fast begins 15:00', 'slow begins 16:00', 'fast begins 16:00'],
    ]);
  });

  it('end before the next one begins', async () => {
    const { put, advance } = setup();
    put('a', 1);

    expect(await advance(2)).toEqual(['a begins 13:00', 'a ends', 'a begins 14:00', 'a ends']);
  });

  it('that are put again start from now on', async () => {
    const { put, advance } = setup();
    put('a', 2);
    await advance(1);
    put('a', 3);

    expect(await advance(2)).toEqual([]);
    expect(await advance(1)).toEqual(['a begins 16:00', 'a ends']);
  });

  it('that are put while another one waits run first if they are due first', async () => {
    const { put, advance } = setup();
    put('late', 5);
    put('early', 1);

    expect(await advance(1)).toEqual(['early begins 13:00', 'early ends']);
  });

  it('can be ended', async () => {
    const { schedules, put, advance } = setup();
    put('a', 1);
    schedules.put('a', undefined);

    expect(await advance(3)).toEqual([]);
    expect(schedules.isUnderWay()).toBe(false);
  });
});
