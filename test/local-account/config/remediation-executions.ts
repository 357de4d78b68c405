import { ServiceError } from '../dispatch.ts';
import type { AutomationExecution, StepExecution } from '../ssm/execution.ts';
import type { RemediationProperties } from './remediation-configuration.ts';

/** The parts of an SSM Automation execution that AWS Config reads. */
export type ObservedAutomation = Partial<Omit<AutomationExecution, 'StepExecutions'>> & {
  readonly StepExecutions?: readonly Partial<StepExecution>[];
};

/** The connection to SSM Automation. */
export type AutomationDeps = {
  /** Starts a document with the permissions of the principal that starts the remediation. */
  readonly startAutomation: (
    input: { DocumentName: string; Parameters: Record<string, string[]> },
    principal: string,
  ) => Promise<string>;
  readonly automationExecution: (id: string) => ObservedAutomation;
  /** Whether an execution sleeps or waits for an approval. @default never */
  readonly isResting?: ((id: string) => boolean) | undefined;
};

/** One remediation of one resource. It has an id once SSM has accepted it, or a refusal. */
export type RemediationExecution = {
  readonly resourceId: string;
  readonly InvocationTime: Date;
  /** The principal that started it. */
  readonly principal: string;
  AutomationExecutionId?: string;
  refusal?: string;
};

/** Any other status of an execution or step is FAILED. */
const EXECUTION_STATES = new Map([
  ['Pending', 'QUEUED'],
  ['InProgress', 'IN_PROGRESS'],
  ['Waiting', 'IN_PROGRESS'],
  ['Success', 'SUCCEEDED'],
]);
const STEP_STATES = new Map([
  ['Pending', 'PENDING'],
  ['InProgress', 'IN_PROGRESS'],
  ['Waiting', 'IN_PROGRESS'],
  ['Success', 'SUCCEEDED'],
]);

const parametersFor = ({ Parameters }: RemediationProperties, resourceId: string) =>
  Object.fromEntries(
    Object.entries(Parameters).map(([name, { StaticValue }]) => [
      name,
      StaticValue === undefined ? [resourceId] : [...StaticValue.Values],
    ]),
  );

const stepDetails = ({ StepExecutions = [] }: ObservedAutomation) =>
  StepExecutions.map((step) => ({
    Name: step.StepName,
    State: STEP_STATES.get(step.StepStatus ?? 'Pending') ?? 'FAILED',
    ErrorMessage: step.FailureMessage,
    StartTime: step.ExecutionStartTime,
    StopTime: step.ExecutionEndTime,
  }));

const lastUpdate = (
  { InvocationTime }: RemediationExecution,
  { StepExecutions = [], ExecutionEndTime }: ObservedAutomation,
) => {
  const times = StepExecutions.flatMap((step) => [step.ExecutionStartTime, step.ExecutionEndTime]);
  const known = [InvocationTime, ExecutionEndTime, ...times].filter((time) => time !== undefined);
  return new Date(Math.max(...known.map(Number)));
};

/** Creates the functions that start the document of a remediation and read the state of its executions. */
export const createExecutions = ({ startAutomation, automationExecution }: AutomationDeps) => {
  const observed = ({ AutomationExecutionId: id }: RemediationExecution) =>
    id === undefined ? {} : automationExecution(id);

  const stateOf = (execution: RemediationExecution) => {
    if (execution.refusal !== undefined) return 'FAILED';
    const status = observed(execution).AutomationExecutionStatus ?? 'Pending';
    return EXECUTION_STATES.get(status) ?? 'FAILED';
  };

  return {
    stateOf,
    start: async (properties: RemediationProperties, execution: RemediationExecution) => {
      const Parameters = parametersFor(properties, execution.resourceId);
      try {
        const DocumentName = properties.TargetId;
        const input = { DocumentName, Parameters };
        execution.AutomationExecutionId = await startAutomation(input, execution.principal);
      } catch (error) {
        execution.refusal = String(error);
        if (!(error instanceof ServiceError)) throw error;
      }
    },
    describe: (execution: RemediationExecution) => {
      const { resourceId, InvocationTime, refusal } = execution;
      const automation = observed(execution);
      return {
        ResourceKey: { resourceType: 'AWS::IAM::User', resourceId },
        State: stateOf(execution),
        // The API has no other member for the reason why SSM refused to start.
        StepDetails:
          refusal === undefined
            ? stepDetails(automation)
            : [{ State: 'FAILED', ErrorMessage: refusal }],
        InvocationTime,
        LastUpdatedTime: lastUpdate(execution, automation),
      };
    },
  };
};
