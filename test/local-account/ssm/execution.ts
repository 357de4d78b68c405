import type { Wait } from '../clock.ts';
import {
  type AutomationDocument,
  type AutomationParameters,
  type Step,
  toTexts,
} from './document.ts';

/** An approver's decision. `Approver` is an ARN. */
export type Decision = {
  readonly Approver: string;
  readonly Decision: 'Approve' | 'Reject';
  /** ISO 8601. */
  readonly ApprovalDecisionTime: string;
  readonly Comment?: string | undefined;
};

type ApprovalRequest = {
  readonly Approvers: readonly string[];
  readonly MinRequiredApprovals: number;
};

/** Creates an approval. It is decided when enough approvers approve or one rejects. */
export const createApproval = ({ Approvers, MinRequiredApprovals }: ApprovalRequest) => {
  const decisions = new Map<string, Decision>();
  const decided = new AbortController();
  const listeners: (() => void)[] = [];

  const status = () => {
    const made = Array.from(decisions.values(), ({ Decision }) => Decision);
    if (made.includes('Reject')) return 'Rejected';
    return made.length >= MinRequiredApprovals ? 'Approved' : 'Waiting';
  };

  return {
    /** Aborts when the approval is decided. */
    decided: decided.signal,
    /** Returns whether an approver has one of these names or ARNs. */
    hasApprover: (names: readonly string[]) => names.some((name) => Approvers.includes(name)),
    /** Records a decision, which replaces an earlier one of the same approver. */
    decide: (decision: Decision) => {
      decisions.set(decision.Approver, decision);
      for (const listener of listeners) listener();
      if (status() !== 'Waiting') decided.abort();
    },
    onDecision: (listener: () => void) => void listeners.push(listener),
    /** Returns the outputs of the step, which also shows them while it waits. */
    outputs: () => ({ ApprovalStatus: status(), ApproverDecisions: [...decisions.values()] }),
  };
};

export type Approval = ReturnType<typeof createApproval>;

/** Creates the waiting of one execution: it sleeps, or it waits for an approval. Only the clock or a signal ends it. */
export const createRest = (wait: Wait, closed: AbortSignal) => {
  let [isResting, approval] = [false, undefined as Approval | undefined];
  const listeners: (() => void)[] = [];

  return {
    isResting: () => isResting,
    /** Returns the approval that the execution waits for. */
    approval: () => approval,
    /** Resolves when the execution begins to rest. */
    begun: (): Promise<void> =>
      isResting ? Promise.resolve() : new Promise((resolve) => void listeners.push(resolve)),
    /** Rests for a number of milliseconds of the account's time, or until the approval is decided. */
    rest: async (milliseconds: number, awaited?: Approval): Promise<void> => {
      if (milliseconds === 0) return;
      [isResting, approval] = [true, awaited];
      for (const listener of listeners.splice(0)) listener();
      const decided = awaited?.decided ?? closed;
      try {
        await wait(milliseconds, AbortSignal.any([closed, decided]));
      } catch (error) {
        if (closed.aborted || !decided.aborted) throw error;
      } finally {
        [isResting, approval] = [false, undefined];
      }
    },
  };
};

export type Rest = ReturnType<typeof createRest>;

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
