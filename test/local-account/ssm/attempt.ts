import { type Action, type ActionResult, StepTimedOut } from './action.ts';
import { ACTIONS } from './actions.ts';
import type { Step } from './document.ts';
import type { Interruption } from './interruptions.ts';
import { asFailure, asTimeout, GUIDE, type StepContext, type StepOutcome } from './outcome.ts';
import { selectOutput } from './outputs.ts';

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

/** Rejects with the reason of the first signal that aborts. */
const whenAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/**
 * Runs a step's action once, its references resolved.
 *
 * @throws when the account is closed
 */
export const attempt = async (
  step: Step,
  inputs: unknown,
  context: StepContext,
): Promise<StepOutcome> => {
  const action = ACTIONS[step.action];
  if (action === undefined) throw new Error(`${step.name}: unknown action ${step.action}`);
  context.closed.throwIfAborted();
  const { maxSeconds, defaultSeconds = maxSeconds, onlyRests = false } = action;
  const timeoutSeconds = Math.min(step.timeoutSeconds ?? defaultSeconds, maxSeconds);
  const before = interrupted(context, 'before', timeoutSeconds);
  if (before !== undefined) return before;
  const timeUp = onlyRests
    ? new AbortController().signal
    : AbortSignal.timeout(timeoutSeconds * 1000);
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
