import * as v from 'valibot';
import { createLocalAccount, type LocalAccountOptions } from '../local-account/account.ts';
import { at, trustOf } from './build.ts';

const Started = v.object({ AutomationExecutionId: v.string() });

/** Further members of a document, and the parameters that the caller gives. */
type RunOptions = {
  readonly parameters?: Record<string, unknown>;
  readonly outputs?: string[];
  readonly given?: Record<string, string[]>;
};

/** Creates an account whose documents assume the role `automation`. */
export const createRunbookAccount = async (options: LocalAccountOptions = {}) => {
  const account = await createLocalAccount({ now: () => at, ...options });
  const { Arn: assumeRole } = account.roles.create({
    RoleName: 'automation',
    AssumeRolePolicyDocument: trustOf('ssm.amazonaws.com'),
  });

  const start = (mainSteps: unknown[], { given = {}, ...declared }: RunOptions = {}) => {
    const Content = { schemaVersion: '0.3', assumeRole, mainSteps, ...declared };
    account.ssm.documents.create({ Name: 'Runbook', Content, DocumentType: 'Automation' });
    const { StartAutomationExecution } = account.ssm.operations;
    const input = { DocumentName: 'Runbook', Parameters: given };
    return v.parse(Started, StartAutomationExecution(input, 'operator')).AutomationExecutionId;
  };

  return {
    account,
    assumeRole,
    start,
    /** Runs a document with these steps to its end. */
    run: async (mainSteps: unknown[], runOptions: RunOptions = {}) => {
      const execution = await account.ssm.finished(start(mainSteps, runOptions));
      const steps = Object.fromEntries(
        execution.StepExecutions.map((step) => [step.StepName, step]),
      );
      const statuses = execution.StepExecutions.map(
        ({ StepName, StepStatus }) => `${StepName} ${StepStatus}`,
      );
      return { execution, steps, statuses };
    },
  };
};

/** Creates a step that succeeds. */
export const pass = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  action: 'aws:sleep',
  inputs: { Duration: 'PT0S' },
  ...more,
});

/** Creates a step that fails. */
export const fail = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  action: 'aws:executeAwsApi',
  inputs: { Service: 'iam', Api: 'GetUser', UserName: 'nobody' },
  ...more,
});
