import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ServiceError } from '../dispatch.ts';
import { type AutomationDeps, actionContext, assumedRole } from './action.ts';
import { type AutomationDocument, type AutomationParameters, parseParameters } from './document.ts';
import {
  type AutomationExecution,
  beginExecution,
  createRest,
  type StepExecution,
} from './execution.ts';
import { runToEnd } from './run.ts';
import { createInterruptions, type Interruption } from './step.ts';

/** A request to execute a document. */
type AutomationRequest = {
  readonly DocumentName: string;
  readonly document: AutomationDocument;
  readonly Parameters: AutomationParameters;
  readonly ExecutedBy: string;
};

/** Is called at every change of a step's status. */
type StepListener = (step: Readonly<StepExecution>, AutomationExecutionId: string) => void;

/** What all executions of an account share. */
type Shared = {
  readonly deps: AutomationDeps;
  readonly closed: AbortSignal;
  readonly takeInterruption: (StepName: string) => Interruption | undefined;
  readonly notify: StepListener;
};

/** Begins an execution. Its steps run in the background. */
const begin = ({ document, ...request }: AutomationRequest, shared: Shared) => {
  const { deps, closed, notify } = shared;
  const AutomationExecutionId = randomUUID();
  const given = parseParameters(document.parameters, request.Parameters);
  const values: Record<string, unknown> = {
    ...given,
    'global:ACCOUNT_ID': deps.accountId,
    'global:REGION': deps.region,
    'global:AWS_PARTITION': 'aws',
    'automation:EXECUTION_ID': AutomationExecutionId,
  };
  const rest = createRest(deps.wait, closed);
  const context = {
    ...actionContext(deps, assumedRole(deps.roles, document.assumeRole, values)),
    executionId: AutomationExecutionId,
    rest: rest.rest,
    closed,
  };
  const started = { ...request, AutomationExecutionId, ExecutionStartTime: deps.now() };
  const execution = beginExecution(document, started);
  const ended = setImmediate().then(() =>
    runToEnd({
      document,
      execution,
      values,
      rest,
      contextOf: ({ name }) => ({ ...context, interruption: shared.takeInterruption(name) }),
      now: deps.now,
      changed: (step) => notify(step, AutomationExecutionId),
    }),
  );
  return { execution, ended, rest };
};

type Begun = ReturnType<typeof begin>;

const createExecutions = () => {
  const byId = new Map<string, Begun>();

  const find = (id: string) => {
    const found = byId.get(id);
    if (found !== undefined) return found;
    const message = `Automation execution ${JSON.stringify(id)} does not exist`;
    throw new ServiceError('AutomationExecutionNotFoundException', message);
  };
  /** Lists the executions that continue without an approval and without a change of the clock. */
  const busy = () =>
    [...byId.values()].filter(
      ({ execution, rest }) => execution.ExecutionEndTime === undefined && !rest.isResting(),
    );

  return {
    add: (begun: Begun) => void byId.set(begun.execution.AutomationExecutionId, begun),
    /** Lists the executions, the oldest first. */
    all: (): readonly AutomationExecution[] =>
      Array.from(byId.values(), ({ execution }) => execution),
    ended: () => Promise.all(Array.from(byId.values(), ({ ended }) => ended)),
    /** @throws {ServiceError} AutomationExecutionNotFoundException */
    execution: (id: string): AutomationExecution => find(id).execution,
    isResting: (id: string): boolean => byId.get(id)?.rest.isResting() === true,
    /** Returns the approval that an execution waits for. */
    approval: (id: string) => find(id).rest.approval(),
    /** Resolves with the execution when its last step has ended. */
    finished: async (id: string): Promise<AutomationExecution> => {
      await find(id).ended;
      return find(id).execution;
    },
    /** Resolves with the execution when it waits for an approval or sleeps; throws when it ends first. */
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
        // An execution that an approval or the clock has just released continues first.
        await setImmediate();
        await Promise.all(busy().map(({ ended, rest }) => Promise.race([ended, rest.begun()])));
      } while (busy().length > 0);
    },
  };
};

/** Creates SSM Automation, which executes documents step by step in the background. */
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
    /**
     * Begins an execution and returns its id.
     *
     * @throws {ServiceError} InvalidAutomationExecutionParametersException
     */
    start: (request: AutomationRequest): string => {
      const begun = begin(request, shared);
      add(begun);
      return begun.execution.AutomationExecutionId;
    },
    onStep: (listener: StepListener) => void listeners.push(listener),
    /** Fails all attempts of the next run of a step. */
    interruptStep: interruptions.add,
    /** Aborts every execution, and resolves when all have ended. */
    close: async (): Promise<void> => {
      closing.abort();
      await ended();
    },
  };
};

export type Automation = ReturnType<typeof createAutomation>;
