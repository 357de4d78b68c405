import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type AutomationDeps, actionContext, assumedRole, systemVariables } from './context.ts';
import type { AutomationDocument } from './document.ts';
import { beginExecution, type StepExecution } from './execution.ts';
import type { Interruption } from './interruptions.ts';
import { type AutomationParameters, parseParameters } from './parameters.ts';
import { createRest } from './rest.ts';
import { runToEnd } from './run.ts';

/** What is executed, and for whom. */
export type AutomationRequest = {
  readonly DocumentName: string;
  readonly document: AutomationDocument;
  readonly Parameters: AutomationParameters;
  readonly ExecutedBy: string;
};

/** Hears of every change of a step's status. */
export type StepListener = (step: Readonly<StepExecution>, AutomationExecutionId: string) => void;

/** What all executions of an account share. */
export type Shared = {
  readonly deps: AutomationDeps;
  readonly closed: AbortSignal;
  readonly takeInterruption: (StepName: string) => Interruption | undefined;
  readonly notify: StepListener;
};

/** Begins an execution, whose steps run behind the caller's back. */
export const begin = ({ document, ...request }: AutomationRequest, shared: Shared) => {
  const { deps, closed, notify } = shared;
  const AutomationExecutionId = randomUUID();
  const given = parseParameters(document.parameters, request.Parameters);
  const values: Record<string, unknown> = {
    ...given,
    ...systemVariables(deps, AutomationExecutionId),
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

/** An execution, the promise of its end, and whether it rests. */
export type Begun = ReturnType<typeof begin>;
