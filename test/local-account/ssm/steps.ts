import * as v from 'valibot';
import { attempt } from './attempt.ts';
import type { Step } from './document.ts';
import { asFailure, type StepContext, type StepOutcome } from './outcome.ts';
import { resolveReferences } from './references.ts';

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
