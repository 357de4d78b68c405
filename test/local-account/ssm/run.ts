import { type AutomationDocument, type Step, toTexts } from './document.ts';
import {
  type AutomationExecution,
  isCritical,
  outputsOf,
  type Rest,
  type StepExecution,
} from './execution.ts';
import type { Lookup } from './references.ts';
import { runStep, type StepContext, type StepOutcome } from './step.ts';

/** An execution in progress with what its steps need. */
export type Run = {
  readonly document: AutomationDocument;
  readonly execution: AutomationExecution;
  /** The values of parameters and variables, by the name that references use. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly contextOf: (step: Step) => Omit<StepContext, 'lookup' | 'waitFor'>;
  readonly rest: Rest;
  readonly now: () => Date;
  readonly changed: (step: StepExecution) => void;
};

/** The outputs of the steps that succeeded, by step. */
type Outputs = Map<string, Readonly<Record<string, unknown>>>;

const createLookup =
  ({ values }: Run, outputs: Outputs): Lookup =>
  (reference) => {
    if (Object.hasOwn(values, reference)) return values[reference];
    const [stepName = '', name = ''] = reference.split('.');
    const value = outputs.get(stepName)?.[name];
    if (value !== undefined) return value;
    throw new Error(`expected a value for {{ ${reference} }}, got none: the step did not succeed`);
  };

const mapValues = <Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

const showOutputs = (shown: StepExecution, outputs: Readonly<Record<string, unknown>>) => {
  shown.Outputs = mapValues(outputs, toTexts);
};

/** Shows step and execution as Waiting, with the decisions so far, until the wait ends. */
const waitingFor =
  (shown: StepExecution, { execution, rest, changed }: Run): StepContext['waitFor'] =>
  async (approval, milliseconds) => {
    execution.AutomationExecutionStatus = shown.StepStatus = 'Waiting';
    const show = () => showOutputs(shown, approval.outputs());
    approval.onDecision(show);
    show();
    changed(shown);
    try {
      await rest.rest(milliseconds, approval);
    } finally {
      execution.AutomationExecutionStatus = 'InProgress';
    }
  };

/** Runs one step and shows its status meanwhile. */
const perform = async (
  { step, shown }: { readonly step: Step; readonly shown: StepExecution },
  run: Run,
  outputs: Outputs,
) => {
  Object.assign(run.execution, { CurrentStepName: step.name, CurrentAction: step.action });
  Object.assign(shown, { StepStatus: 'InProgress', ExecutionStartTime: run.now() });
  run.changed(shown);
  const lookup = createLookup(run, outputs);
  const context = { ...run.contextOf(step), lookup, waitFor: waitingFor(shown, run) };
  const outcome = await runStep(step, context, (inputs) => {
    shown.Inputs = mapValues(inputs, (value) => JSON.stringify(value));
  });
  if (outcome.StepStatus === 'Success') {
    outputs.set(step.name, outcome.outputs);
    showOutputs(shown, outcome.outputs);
  } else {
    shown.FailureMessage = outcome.FailureMessage;
    if (outcome.shown !== undefined) showOutputs(shown, outcome.shown);
  }
  Object.assign(shown, { StepStatus: outcome.StepStatus, ExecutionEndTime: run.now() });
  run.changed(shown);
  return outcome;
};

const nextName = (step: Step, outcome: StepOutcome, following: Step | undefined) => {
  const failed = outcome.StepStatus !== 'Success';
  if (step.isEnd || (failed && step.onFailure === 'Abort')) return undefined;
  if (failed && step.onFailure.startsWith('step:')) return step.onFailure.slice(5);
  if (outcome.StepStatus === 'Success' && outcome.nextStep !== undefined) return outcome.nextStep;
  return step.nextStep ?? following?.name;
};

/** Returns the outcome of a step if it fails the execution: the step is critical, or its failure ends the execution. */
const failureOf = (step: Step, outcome: StepOutcome) =>
  outcome.StepStatus !== 'Success' && (isCritical(step) || step.onFailure === 'Abort')
    ? outcome
    : undefined;

/** Runs the steps of an execution until no step follows. */
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
