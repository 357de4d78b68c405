import type { Wait } from '../clock.ts';
import type { Approval } from './approval.ts';

/** The rest of one execution: it sleeps or waits for an approval, and only the clock or a signal ends that. */
export const createRest = (wait: Wait, closed: AbortSignal) => {
  let [isResting, approval] = [false, undefined as Approval | undefined];
  const listeners: (() => void)[] = [];

  return {
    isResting: () => isResting,
    /** The approval that the execution waits for. */
    approval: () => approval,
    /** Resolves when the execution rests. */
    begun: (): Promise<void> =>
      isResting ? Promise.resolve() : new Promise((resolve) => void listeners.push(resolve)),
    /** Rests for so many milliseconds of the account's time, or until the approval is decided. */
    rest: async (milliseconds: number, awaited?: Approval): Promise<void> => {
      if (milliseconds === 0) return;
      [isResting, approval] = [true, awaited];
      for (const tell of listeners.splice(0)) tell();
      const decided = awaited?.decided ?? closed;
      try {
        await wait(milliseconds, AbortSignal.any([closed, decided]));
      } catch (error) {
        if (closed.aborted || !decided.aborted) throw error;
      } finally {
        [isResting, approval] = [false, undefined];
      }
    },
  };
};

export type Rest = ReturnType<typeof createRest>;
