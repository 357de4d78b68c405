import type { AutomationDocument, Step } from './document.ts';
import type { AutomationExecution, StepExecution } from './execution.ts';
import type { StepContext } from './outcome.ts';
import { toTexts } from './parameters.ts';
import type { Lookup } from './references.ts';
import type { Rest } from './rest.ts';
import { runStep } from './steps.ts';

/** An execution under way, and what its steps run with. */
export type Run = {
  readonly document: AutomationDocument;
  readonly execution: AutomationExecution;
  /** Parameters and system variables, by the name that a reference has. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly contextOf: (step: Step) => Omit<StepContext, 'lookup' | 'waitFor'>;
  readonly rest: Rest;
  readonly now: () => Date;
  readonly changed: (step: StepExecution) => void;
};

/** The outputs of the steps that succeeded. */
export type Outputs = Map<string, Readonly<Record<string, unknown>>>;

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

/** Step and execution wait; what was decided so far is seen meanwhile. */
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

/** Runs one step, and shows how it stands meanwhile. */
export const perform = async (
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
