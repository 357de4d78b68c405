import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ServiceError } from '../call.ts';
import { type AutomationDeps, actionContext, assumedRole, systemVariables } from './context.ts';
import type { AutomationDocument } from './document.ts';
import { type AutomationExecution, beginExecution, type StepExecution } from './execution.ts';
import { createInterruptions, type Interruption } from './interruptions.ts';
import { type AutomationParameters, parseParameters } from './parameters.ts';
import { runToEnd } from './run.ts';

/** What is executed, and for whom. */
type AutomationRequest = {
  readonly DocumentName: string;
  readonly document: AutomationDocument;
  readonly Parameters: AutomationParameters;
  readonly ExecutedBy: string;
};

/** Hears of every change of a step's status. */
type StepListener = (step: Readonly<StepExecution>, AutomationExecutionId: string) => void;

/** What all executions of an account share. */
type Shared = {
  readonly deps: AutomationDeps;
  readonly closed: AbortSignal;
  readonly takeInterruption: (StepName: string) => Interruption | undefined;
  readonly notify: StepListener;
};

const begin = ({ document, ...request }: AutomationRequest, shared: Shared) => {
  const { deps, closed, notify } = shared;
  const AutomationExecutionId = randomUUID();
  const given = parseParameters(document.parameters, request.Parameters);
  const values: Record<string, unknown> = {
    ...given,
    ...systemVariables(deps, AutomationExecutionId),
  };
  const context = {
    ...actionContext(deps, assumedRole(deps.roles, document.assumeRole, values)),
    closed,
  };
  const started = { ...request, AutomationExecutionId, ExecutionStartTime: deps.now() };
  const execution = beginExecution(document, started);
  const ended = setImmediate().then(() =>
    runToEnd({
      document,
      execution,
      values,
      contextOf: ({ name }) => ({ ...context, interruption: shared.takeInterruption(name) }),
      now: deps.now,
      changed: (step) => notify(step, AutomationExecutionId),
    }),
  );
  return { execution, ended };
};

/** SSM Automation: executes documents step by step, behind the caller's back. */
export const createAutomation = (deps: AutomationDeps) => {
  const executions = new Map<string, ReturnType<typeof begin>>();
  const listeners: StepListener[] = [];
  const interruptions = createInterruptions();
  const closing = new AbortController();
  const notify: StepListener = (step, id) => {
    for (const listener of listeners) listener(step, id);
  };
  const shared = { deps, closed: closing.signal, takeInterruption: interruptions.take, notify };

  const find = (id: string) => {
    const found = executions.get(id);
    if (found !== undefined) return found;
    const message = `Automation execution ${JSON.stringify(id)} does not exist`;
    throw new ServiceError('AutomationExecutionNotFoundException', message);
  };

  return {
    /** Begins an execution and returns its id; throws when its parameters or its role are refused. */
    start: (request: AutomationRequest): string => {
      const begun = begin(request, shared);
      executions.set(begun.execution.AutomationExecutionId, begun);
      return begun.execution.AutomationExecutionId;
    },
    /** @throws {ServiceError} AutomationExecutionNotFoundException */
    execution: (id: string): AutomationExecution => find(id).execution,
    /** Resolves with the execution when its last step has ended. */
    finished: async (id: string): Promise<AutomationExecution> => {
      await find(id).ended;
      return find(id).execution;
    },
    /** Resolves when no execution is under way. */
    settled: async (): Promise<void> => {
      await Promise.all(Array.from(executions.values(), ({ ended }) => ended));
    },
    onStep: (listener: StepListener) => void listeners.push(listener),
    /** Fails the next run of a step, on all its attempts. */
    interruptStep: interruptions.add,
    /** Aborts what is under way. */
    close: () => closing.abort(),
  };
};

export type Automation = ReturnType<typeof createAutomation>;
