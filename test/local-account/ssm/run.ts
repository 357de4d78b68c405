import type { Step } from './document.ts';
import { isCritical, outputsOf } from './execution.ts';
import type { StepOutcome } from './outcome.ts';
import { type Outputs, perform, type Run } from './perform.ts';

const nextName = (step: Step, outcome: StepOutcome, following: Step | undefined) => {
  const failed = outcome.StepStatus !== 'Success';
  if (step.isEnd || (failed && step.onFailure === 'Abort')) return undefined;
  if (failed && step.onFailure.startsWith('step:')) return step.onFailure.slice(5);
  if (outcome.StepStatus === 'Success' && outcome.nextStep !== undefined) return outcome.nextStep;
  return step.nextStep ?? following?.name;
};

/** What fails the execution: a step that stops it, or one that is critical to it. */
const failureOf = (step: Step, outcome: StepOutcome) =>
  outcome.StepStatus !== 'Success' && (isCritical(step) || step.onFailure === 'Abort')
    ? outcome
    : undefined;

/** Runs an execution's steps in the order in which they lead to each other, until none follows. */
export const runToEnd = async (run: Run): Promise<void> => {
  const { document, execution } = run;
  const { mainSteps } = document;
  const outputs: Outputs = new Map();
  let failure: ReturnType<typeof failureOf>;
  let name = mainSteps[0]?.name;
  while (name !== undefined) {
    const index = mainSteps.findIndex((step) => step.name === name);
    const step = mainSteps[index];
    const shown = execution.StepExecutions[index];
    if (step === undefined || shown === undefined) throw new Error(`there is no step ${name}`);
    const outcome = await perform({ step, shown }, run, outputs);
    failure ??= failureOf(step, outcome);
    name = nextName(step, outcome, mainSteps[index + 1]);
  }
  Object.assign(execution, {
    AutomationExecutionStatus: failure?.StepStatus ?? 'Success',
    FailureMessage: failure?.FailureMessage,
    Outputs: outputsOf(document, execution),
    ExecutionEndTime: run.now(),
    CurrentStepName: undefined,
    CurrentAction: undefined,
  });
};
