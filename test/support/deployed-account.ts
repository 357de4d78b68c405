import * as v from 'valibot';
import { createLocalAccount } from '../../infra/local/account.ts';
import type { LocalAccountOptions } from '../../infra/local/account-foundation.ts';
import { deploy } from '../../infra/local/deploy/deploy.ts';
import { synthesize } from '../../infra/local/deploy/synthesize.ts';
import type { UserSeed } from '../../infra/local/iam/users.ts';
import type { ActionSettings } from '../../infra/local/ssm/action.ts';

process.env['CDK_VALIDATION'] = 'false';

const Started = v.object({ AutomationExecutionId: v.string() });
const PlanInputs = v.looseObject({ FunctionName: v.string() });

/** Seconds that pass for a script in one: the minute that the runbook may wait is one second here. */
const SCRIPT_SPEED = 60;

/** Without site-packages: scripts run on the stand-in for boto3, which starts ten times as fast. */
const FAST_PYTHON = ['python3', '-S'];

/** The stack, synthesized once for the accounts of a test file. */
export const createDeployedAccounts = (context?: Record<string, unknown>) => {
  const stack = synthesize(context);

  /** An account with the stack, whose time begins now, as the planner has the real one; key events do not come. */
  return async (
    automation: Partial<ActionSettings> = {},
    options: Partial<LocalAccountOptions> = {},
  ) => {
    const account = await createLocalAccount({
      automation: { scriptSpeed: SCRIPT_SPEED, python: FAST_PYTHON, ...automation },
      trail: false,
      ...options,
    });
    const outputs = deploy(account, stack);
    const { RunbookName = '', AutomationRoleArn = '', ConfigRuleName = '' } = outputs;
    const { ssm, iam } = account;
    const planStep = ssm.documents.find(RunbookName)?.content.mainSteps[0];

    return {
      ...account,
      outputs,
      ConfigRuleName,
      planner: v.parse(PlanInputs, planStep?.inputs).FunctionName,
      automationRole: AutomationRoleArn.split('/').at(-1) ?? '',
      /** Starts the runbook and waits for its end. */
      run: async (parameters: Record<string, string>) => {
        const given = { AutomationAssumeRole: AutomationRoleArn, ConfigRuleName, ...parameters };
        const entries = Object.entries(given).map(([name, value]) => [name, [value]]);
        const input = { DocumentName: RunbookName, Parameters: Object.fromEntries(entries) };
        const started = ssm.operations.StartAutomationExecution(input, 'operator');
        const execution = await ssm.finished(v.parse(Started, started).AutomationExecutionId);
        const output = (name: string) => execution.Outputs[`Report.${name}`]?.[0];
        const steps = execution.StepExecutions.filter(({ StepStatus }) => StepStatus !== 'Pending');
        return {
          status: execution.AutomationExecutionStatus,
          message: execution.FailureMessage ?? '',
          outcome:
            execution.AutomationExecutionStatus === 'Success' ? output('Outcome') : undefined,
          output,
          steps: steps.map(({ StepName, StepStatus }) => `${StepName} ${StepStatus}`),
        };
      },
      seed: (seed: UserSeed) => iam.seedUser(seed),
    };
  };
};

export type DeployedAccount = Awaited<ReturnType<ReturnType<typeof createDeployedAccounts>>>;
