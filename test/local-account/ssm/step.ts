import * as v from 'valibot';
import {
  type Action,
  type ActionContext,
  type ActionResult,
  StepFailed,
  StepTimedOut,
} from './action.ts';
import { ACTIONS } from './actions.ts';
import type { Step } from './document.ts';
import { type Lookup, resolveReferences, selectOutput } from './references.ts';

/** A failure that a test injects before or after the action of a step. */
export type Interruption = {
  readonly StepName: string;
  readonly StepStatus: 'Failed' | 'TimedOut';
  readonly when: 'before' | 'after';
};

/** Creates the list of interruptions to come. Each one applies to one run of its step. */
export const createInterruptions = () => {
  const byStep = new Map<string, Interruption>();
  return {
    add: (interruption: Interruption) => void byStep.set(interruption.StepName, interruption),
    take: (StepName: string) => {
      const interruption = byStep.get(StepName);
      byStep.delete(StepName);
      return interruption;
    },
  };
};

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
      /** The outputs that the failed step shows. References do not find them. */
      readonly shown?: Readonly<Record<string, unknown>>;
    };

/** The context of a step. */
export type StepContext = Omit<ActionContext, 'signal' | 'timeoutSeconds'> & {
  readonly lookup: Lookup;
  readonly interruption: Interruption | undefined;
  /** Aborts when the account closes. */
  readonly closed: AbortSignal;
};

/** The last sentence of Systems Manager's failure messages. */
const GUIDE =
  'Please refer to Automation Service Troubleshooting Guide for more diagnosis details.';

const describeError = (error: unknown) => {
  if (!(error instanceof v.ValiError))
    return error instanceof Error ? error.message : String(error);
  const [issue] = error.issues;
  return `${v.getDotPath(issue) ?? 'inputs'}: ${issue.message}`;
};

const asFailure = (step: Step, error: unknown): StepOutcome => {
  const phase =
    step.action === 'aws:executeScript'
      ? 'Poll action status for completion'
      : 'Execute/Cancelling action';
  const FailureMessage = `Step fails when it is ${phase}. ${describeError(error)}. ${GUIDE}`;
  const shown = error instanceof StepFailed ? { shown: error.response } : {};
  return { StepStatus: 'Failed', FailureMessage, ...shown };
};

const asTimeout = (seconds: number): StepOutcome => ({
  StepStatus: 'TimedOut',
  FailureMessage: `Step timed out after ${seconds} seconds. ${GUIDE}`,
});

const collectOutputs = (step: Step, action: Action, { response }: ActionResult) => {
  const builtIn = Object.keys(action.outputs).map((name) => [name, response[name]]);
  const declared = step.outputs.map((output) => [output.Name, selectOutput(output, response)]);
  const present = [...builtIn, ...declared].filter(([, value]) => value !== undefined);
  return Object.fromEntries(present);
};

const interrupted = (
  { interruption }: StepContext,
  when: Interruption['when'],
  seconds: number,
) => {
  if (interruption?.when !== when) return undefined;
  if (interruption.StepStatus === 'TimedOut') return asTimeout(seconds);
  return {
    StepStatus: 'Failed',
    FailureMessage: `Step was interrupted ${when} its action. ${GUIDE}`,
  } as const;
};

const whenAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const attempt = async (step: Step, inputs: unknown, context: StepContext): Promise<StepOutcome> => {
  const action = ACTIONS[step.action];
  if (action === undefined) throw new Error(`${step.name}: unknown action ${step.action}`);
  context.closed.throwIfAborted();
  const { maxSeconds, defaultSeconds = maxSeconds, onlyRests = false } = action;
  const timeoutSeconds = step.timeoutSeconds ?? defaultSeconds;
  const before = interrupted(context, 'before', timeoutSeconds);
  if (before !== undefined) return before;
  const timeUp = onlyRests
    ? new AbortController().signal
    : context.settings.timeLimit(timeoutSeconds);
  const signal = AbortSignal.any([timeUp, context.closed]);
  try {
    const running = action.run(inputs, { ...context, timeoutSeconds, signal });
    const result = await Promise.race([running, whenAborted(signal)]);
    const outputs = collectOutputs(step, action, result);
    const after = interrupted(context, 'after', timeoutSeconds);
    return after ?? { StepStatus: 'Success', outputs, nextStep: result.nextStep };
  } catch (error) {
    const isTimeUp = timeUp.aborted || error instanceof StepTimedOut;
    return isTimeUp ? asTimeout(timeoutSeconds) : asFailure(step, error);
  }
};

/**
 * Runs a step until it succeeds, `maxAttempts` times at most.
 *
 * @param begun  is called with the inputs, references resolved, before the action runs
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
export const runStep = async (
  step: Step,
  context: StepContext,
  begun: (inputs: Readonly<Record<string, unknown>>) => void,
): Promise<StepOutcome> => {
  try {
    const inputs = resolveReferences(step.inputs, context.lookup);
    begun(v.parse(v.record(v.string(), v.unknown()), inputs));
    let outcome = await attempt(step, inputs, context);
    for (let made = 1; made < step.maxAttempts && outcome.StepStatus !== 'Success'; made += 1)
      outcome = await attempt(step, inputs, context);
    return outcome;
  } catch (error) {
    return asFailure(step, error);
  }
};
