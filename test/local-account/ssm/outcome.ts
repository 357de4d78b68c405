import * as v from 'valibot';
import { type ActionContext, StepFailed } from './action.ts';
import type { Step } from './document.ts';
import type { Interruption } from './interruptions.ts';
import type { Lookup } from './references.ts';

/** How a step ended. */
export type StepOutcome =
  | {
      readonly StepStatus: 'Success';
      readonly outputs: Readonly<Record<string, unknown>>;
      readonly nextStep?: string | undefined;
    }
  | {
      readonly StepStatus: 'Failed' | 'TimedOut';
      readonly FailureMessage: string;
      /** What the step shows all the same; nothing refers to it. */
      readonly shown?: Readonly<Record<string, unknown>>;
    };

/** What a step runs with. */
export type StepContext = Omit<ActionContext, 'signal' | 'timeoutSeconds'> & {
  readonly lookup: Lookup;
  readonly interruption: Interruption | undefined;
  /** Aborts when the account closes. */
  readonly closed: AbortSignal;
};

/** How messages of Systems Manager end. */
export const GUIDE =
  'Please refer to Automation Service Troubleshooting Guide for more diagnosis details.';

const describeError = (error: unknown) => {
  if (!(error instanceof v.ValiError))
    return error instanceof Error ? error.message : String(error);
  const [issue] = error.issues;
  return `${v.getDotPath(issue) ?? 'inputs'}: ${issue.message}`;
};

/** The outcome of a step whose action threw. */
export const asFailure = (step: Step, error: unknown): StepOutcome => {
  const phase =
    step.action === 'aws:executeScript'
      ? 'Poll action status for completion'
      : 'Execute/Cancelling action';
  const FailureMessage = `Step fails when it is ${phase}. ${describeError(error)}. ${GUIDE}`;
  const shown = error instanceof StepFailed ? { shown: error.response } : {};
  return { StepStatus: 'Failed', FailureMessage, ...shown };
};

/** The outcome of a step that took longer than it may. */
export const asTimeout = (seconds: number): StepOutcome => ({
  StepStatus: 'TimedOut',
  FailureMessage: `Step timed out after ${seconds} seconds. ${GUIDE}`,
});
