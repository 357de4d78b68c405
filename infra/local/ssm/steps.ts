import * as v from 'valibot';
import type { Action, ActionContext, ActionResult } from './action.ts';
import { ACTIONS } from './actions.ts';
import type { Step } from './document.ts';
import type { Interruption } from './interruptions.ts';
import { selectOutput } from './outputs.ts';
import { type Lookup, resolveReferences } from './references.ts';

/** How a step ended. */
export type StepOutcome =
  | {
      readonly StepStatus: 'Success';
      readonly outputs: Readonly<Record<string, unknown>>;
      readonly nextStep?: string | undefined;
    }
  | { readonly StepStatus: 'Failed' | 'TimedOut'; readonly FailureMessage: string };

/** What a step runs with. */
export type StepContext = Omit<ActionContext, 'signal'> & {
  readonly lookup: Lookup;
  readonly interruption: Interruption | undefined;
  /** Aborts when the account closes. */
  readonly closed: AbortSignal;
};

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
  return { StepStatus: 'Failed', FailureMessage };
};

const asTimeout = (seconds: number): StepOutcome => ({
  StepStatus: 'TimedOut',
  FailureMessage: `Step timed out after ${seconds} seconds. ${GUIDE}`,
});

const collectOutputs = (step: Step, action: Action, { response }: ActionResult) => {
  const builtIn = action.outputs.map((name) => [name, response[name]]);
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

const attempt = async (step: Step, inputs: unknown, context: StepContext): Promise<StepOutcome> => {
  const action = ACTIONS[step.action];
  if (action === undefined) throw new Error(`${step.name}: unknown action ${step.action}`);
  const seconds = Math.min(step.timeoutSeconds ?? action.maxSeconds, action.maxSeconds);
  const before = interrupted(context, 'before', seconds);
  if (before !== undefined) return before;
  const timeUp = AbortSignal.timeout(seconds * 1000);
  const signal = AbortSignal.any([timeUp, context.closed]);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  try {
    const result = await Promise.race([action.run(inputs, { ...context, signal }), aborted]);
    const outputs = collectOutputs(step, action, result);
    const after = interrupted(context, 'after', seconds);
    return after ?? { StepStatus: 'Success', outputs, nextStep: result.nextStep };
  } catch (error) {
    return timeUp.aborted ? asTimeout(seconds) : asFailure(step, error);
  }
};

/**
 * Runs a step, as often as its `maxAttempts` say, until it succeeds.
 *
 * @param begun  hears the inputs, their references resolved, before the action runs
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
