import type { AutomationDocument, Step } from './document.ts';
import { type AutomationParameters, toTexts } from './parameters.ts';

/** The status of a step or an execution. */
type AutomationStatus = 'Pending' | 'InProgress' | 'Waiting' | 'Success' | 'TimedOut' | 'Failed';

/** A step of an execution as GetAutomationExecution shows it. Inputs are JSON texts. */
export type StepExecution = {
  readonly StepName: string;
  readonly Action: string;
  readonly StepExecutionId: string;
  readonly OnFailure: string;
  readonly MaxAttempts: number;
  readonly TimeoutSeconds?: number | undefined;
  readonly IsEnd: boolean;
  readonly IsCritical: boolean;
  readonly NextStep?: string | undefined;
  StepStatus: AutomationStatus;
  Inputs: Readonly<Record<string, string>>;
  Outputs: AutomationParameters;
  FailureMessage?: string;
  ExecutionStartTime?: Date;
  ExecutionEndTime?: Date;
};

/** An execution of a runbook as GetAutomationExecution shows it. */
export type AutomationExecution = {
  readonly AutomationExecutionId: string;
  readonly DocumentName: string;
  readonly DocumentVersion: string;
  readonly Mode: 'Auto';
  readonly ExecutedBy: string;
  readonly Parameters: AutomationParameters;
  readonly StepExecutions: readonly StepExecution[];
  readonly StepExecutionsTruncated: false;
  readonly ExecutionStartTime: Date;
  AutomationExecutionStatus: AutomationStatus;
  Outputs: AutomationParameters;
  CurrentStepName?: string | undefined;
  CurrentAction?: string | undefined;
  FailureMessage?: string | undefined;
  ExecutionEndTime?: Date;
};

const NO_OUTPUT = 'No output available yet because the step is not successfully executed';

/** Returns whether a failure of the step fails its execution. */
export const isCritical = ({ isCritical, onFailure }: Step): boolean =>
  isCritical ?? onFailure !== 'Continue';

const pendingStep = (step: Step, index: number, executionId: string): StepExecution => ({
  StepName: step.name,
  Action: step.action,
  StepExecutionId: `${executionId.slice(0, -4)}${String(index).padStart(4, '0')}`,
  OnFailure: step.onFailure,
  MaxAttempts: step.maxAttempts,
  TimeoutSeconds: step.timeoutSeconds,
  IsEnd: step.isEnd,
  IsCritical: isCritical(step),
  NextStep: step.nextStep,
  StepStatus: 'Pending',
  Inputs: {},
  Outputs: {},
});

/** Creates an execution in which no step has begun. */
export const beginExecution = (
  { mainSteps }: AutomationDocument,
  started: Pick<
    AutomationExecution,
    'AutomationExecutionId' | 'DocumentName' | 'ExecutedBy' | 'Parameters' | 'ExecutionStartTime'
  >,
): AutomationExecution => ({
  ...started,
  DocumentVersion: '1',
  Mode: 'Auto',
  AutomationExecutionStatus: 'InProgress',
  StepExecutions: mainSteps.map((step, index) =>
    pendingStep(step, index, started.AutomationExecutionId),
  ),
  StepExecutionsTruncated: false,
  Outputs: {},
});

/** Collects the outputs that a document declares from the steps of an execution. */
export const outputsOf = (
  { outputs }: AutomationDocument,
  { StepExecutions }: AutomationExecution,
): AutomationParameters =>
  Object.fromEntries(
    outputs.map((output) => {
      const [stepName, name = ''] = output.split('.');
      const step = StepExecutions.find(({ StepName }) => StepName === stepName);
      return [output, step?.Outputs[name] ?? toTexts(NO_OUTPUT)];
    }),
  );
