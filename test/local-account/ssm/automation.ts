import { type AutomationRequest, begin, type StepListener } from './begin.ts';
import type { AutomationDeps } from './context.ts';
import { createExecutions } from './executions.ts';
import { createInterruptions } from './interruptions.ts';

/** SSM Automation: executes documents step by step, behind the caller's back. */
export const createAutomation = (deps: AutomationDeps) => {
  const { add, ended, ...executions } = createExecutions();
  const listeners: StepListener[] = [];
  const interruptions = createInterruptions();
  const closing = new AbortController();
  const notify: StepListener = (step, id) => {
    for (const listener of listeners) listener(step, id);
  };
  const shared = { deps, closed: closing.signal, takeInterruption: interruptions.take, notify };

  return {
    ...executions,
    /** Begins an execution and returns its id; throws when its parameters or its role are refused. */
    start: (request: AutomationRequest): string => {
      const begun = begin(request, shared);
      add(begun);
      return begun.execution.AutomationExecutionId;
    },
    onStep: (listener: StepListener) => void listeners.push(listener),
    /** Fails the next run of a step, on all its attempts. */
    interruptStep: interruptions.add,
    /** Aborts what is under way, also what rests; resolves when it has ended. */
    close: async (): Promise<void> => {
      closing.abort();
      await ended();
    },
  };
};

export type Automation = ReturnType<typeof createAutomation>;
