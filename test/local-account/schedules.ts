import { setTimeout } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** What runs at certain instants of the account's time. */
export type Schedule = {
  /** Returns the first due instant after an instant, both in milliseconds since 1970. */
  readonly nextAfter: (instant: number) => number;
  /** Runs once for each due instant. Resolves when the function that it invokes has ended. */
  readonly act: (due: Date) => Promise<unknown>;
};

/**
 * Creates the schedules of an account.
 *
 * They run one after the other in the order of their due instants, also if the clock is advanced past several of them.
 */
export const createSchedules = ({
  now,
  wait,
  closed,
}: Clock & { readonly closed: AbortSignal }) => {
  const schedules = new Map<string, Schedule & { due: number }>();
  let changed = new AbortController();
  let isRunning = false;
  let isActing = false;

  const earliest = () => [...schedules.values()].sort((one, other) => one.due - other.due)[0];
  const isDue = ({ due }: { readonly due: number }) => due <= now().getTime();

  const untilDue = async (due: number) => {
    changed = new AbortController();
    const signal = AbortSignal.any([closed, changed.signal]);
    try {
      await wait(due - now().getTime(), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };

  const run = async () => {
    for (let next = earliest(); next !== undefined && !closed.aborted; next = earliest()) {
      if (!isDue(next)) {
        await untilDue(next.due);
        continue;
      }
      const due = new Date(next.due);
      next.due = next.nextAfter(next.due);
      isActing = true;
      await next.act(due);
      isActing = false;
    }
    isRunning = false;
  };

  const isUnderWay = () => isActing || [...schedules.values()].some(isDue);

  return {
    /** Starts a schedule from now on, in place of the former one with this name; `undefined` ends it. */
    put: (name: string, schedule: Schedule | undefined) => {
      schedules.delete(name);
      if (schedule !== undefined)
        schedules.set(name, { ...schedule, due: schedule.nextAfter(now().getTime()) });
      changed.abort();
      if (isRunning || schedules.size === 0) return;
      isRunning = true;
      void run();
    },
    /** Whether a schedule is due or running. */
    isUnderWay,
    /** Resolves when no schedule is due or running. */
    settled: async () => {
      while (isUnderWay() && !closed.aborted) await setTimeout(5);
    },
  };
};

export type Schedules = ReturnType<typeof createSchedules>;
