import { setImmediate } from 'node:timers/promises';
import { ServiceError } from '../dispatch.ts';
import type { Begun } from './begin.ts';
import type { AutomationExecution } from './execution.ts';

/** The executions of an account, and how to await them. */
export const createExecutions = () => {
  const byId = new Map<string, Begun>();

  const find = (id: string) => {
    const found = byId.get(id);
    if (found !== undefined) return found;
    const message = `Automation execution ${JSON.stringify(id)} does not exist`;
    throw new ServiceError('AutomationExecutionNotFoundException', message);
  };
  /** Those that go on without a signal, or a clock that is moved. */
  const busy = () =>
    [...byId.values()].filter(
      ({ execution, rest }) => execution.ExecutionEndTime === undefined && !rest.isResting(),
    );

  return {
    add: (begun: Begun) => void byId.set(begun.execution.AutomationExecutionId, begun),
    ended: () => Promise.all(Array.from(byId.values(), ({ ended }) => ended)),
    /** @throws {ServiceError} AutomationExecutionNotFoundException */
    execution: (id: string): AutomationExecution => find(id).execution,
    isResting: (id: string): boolean => byId.get(id)?.rest.isResting() === true,
    /** The approval that an execution waits for. */
    approval: (id: string) => find(id).rest.approval(),
    /** Resolves with the execution when its last step has ended. */
    finished: async (id: string): Promise<AutomationExecution> => {
      await find(id).ended;
      return find(id).execution;
    },
    /** Resolves with the execution when it waits for an approval or sleeps; throws when it ends before. */
    waiting: async (id: string): Promise<AutomationExecution> => {
      const { execution, ended, rest } = find(id);
      await Promise.race([rest.begun(), ended]);
      if (rest.isResting()) return execution;
      throw new Error(
        `expected ${id} to wait, got its end: ${execution.AutomationExecutionStatus}`,
      );
    },
    isUnderWay: () => busy().length > 0,
    /** Resolves when every execution has ended, waits for an approval or sleeps. */
    settled: async (): Promise<void> => {
      do {
        // Whoever was just told to go on does so first.
        await setImmediate();
        await Promise.all(busy().map(({ ended, rest }) => Promise.race([ended, rest.begun()])));
      } while (busy().length > 0);
    },
  };
};
