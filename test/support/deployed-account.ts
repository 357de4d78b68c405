import * as v from 'valibot';
import {
  createLocalAccount,
  type LocalAccount,
  type LocalAccountOptions,
} from '../local-account/account.ts';
import { deploy } from '../local-account/deploy/deploy.ts';
import { synthesize } from '../local-account/deploy/synthesize.ts';
import type { UserSeed } from '../local-account/iam/users.ts';
import type { ActionSettings } from '../local-account/ssm/action.ts';

process.env['CDK_VALIDATION'] = 'false';

const Started = v.object({ AutomationExecutionId: v.string() });

/** The outputs with the names of each runbook, its role and its rule. */
const RUNBOOKS = {
  deactivate: ['DeactivationRunbookName', 'DeactivationRoleArn', 'ConfigRuleName'],
  reactivate: ['ReactivationRunbookName', 'ReactivationRoleArn', 'ConfigRuleName'],
  deleteInactive: ['DeletionRunbookName', 'DeletionRoleArn', 'InactiveConfigRuleName'],
} as const;
const PlanInputs = v.looseObject({ FunctionName: v.string() });
const Rules = v.object({
  ConfigRules: v.array(v.looseObject({ Source: v.looseObject({ SourceIdentifier: v.string() }) })),
});

/** How many times faster than real time a script sleeps: a minute takes a tenth of a second. */
const SCRIPT_SPEED = 600;

/** Without site-packages, scripts use the stand-in for boto3, which starts ten times faster. */
const FAST_PYTHON = ['python3', '-S'];

/** Time between the two plans of the deletion runbook in milliseconds. */
const HALF_AN_HOUR = 30 * 60_000;

/** Starts executions of a runbook and reads their outcome. */
const createRunner = (
  {
    ssm,
    advance,
  }: LocalAccount & { readonly advance?: ((milliseconds: number) => void) | undefined },
  outputs: Readonly<Record<string, string>>,
  runbook: keyof typeof RUNBOOKS,
) => {
  const [DocumentName = '', AutomationAssumeRole = '', ConfigRuleName = ''] = RUNBOOKS[runbook].map(
    (name) => outputs[name],
  );

  const start = (parameters: Record<string, string>): string => {
    const given = { AutomationAssumeRole, ConfigRuleName, ...parameters };
    const entries = Object.entries(given).map(([name, value]) => [name, [value]]);
    const input = { DocumentName, Parameters: Object.fromEntries(entries) };
    const started = ssm.operations.StartAutomationExecution(input, 'operator');
    return v.parse(Started, started).AutomationExecutionId;
  };

  /** Waits for the end of an execution and returns its outcome. */
  const ended = async (id: string) => {
    const execution = await ssm.finished(id);
    const output = (name: string) => execution.Outputs[`Report.${name}`]?.[0];
    const steps = execution.StepExecutions.filter(({ StepStatus }) => StepStatus !== 'Pending');
    return {
      status: execution.AutomationExecutionStatus,
      message: execution.FailureMessage ?? '',
      outcome: execution.AutomationExecutionStatus === 'Success' ? output('Outcome') : undefined,
      output,
      steps: steps.map(({ StepName, StepStatus }) => `${StepName} ${StepStatus}`),
    };
  };

  return {
    start,
    ended,
    /** Runs the runbook to its end. If it waits, half an hour of the account passes. */
    run: async (parameters: Record<string, string>) => {
      const id = start(parameters);
      const hasRested = await ssm.waiting(id).then(
        () => true,
        () => false,
      );
      if (hasRested) advance?.(HALF_AN_HOUR);
      return ended(id);
    },
    /** The name of the role of the runbook. */
    role: AutomationAssumeRole.split('/').at(-1) ?? '',
  };
};

/** Synthesizes the stack once, and creates accounts with it. */
export const createDeployedAccounts = (context?: Record<string, unknown>) => {
  const stack = synthesize(context);

  /** Creates an account with the stack and without a trail, in real time unless it gets a clock. */
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
    const {
      DeactivationRunbookName = '',
      ConfigRuleName = '',
      InactiveConfigRuleName = '',
    } = outputs;
    const runbook = (name: keyof typeof RUNBOOKS) =>
      createRunner({ ...account, advance: options.advance }, outputs, name);
    const deactivate = runbook('deactivate');
    const planStep = account.ssm.documents.find(DeactivationRunbookName)?.content.mainSteps[0];

    return {
      ...account,
      outputs,
      ConfigRuleName,
      InactiveConfigRuleName,
      planner: v.parse(PlanInputs, planStep?.inputs).FunctionName,
      runbook,
      automationRole: deactivate.role,
      /** Runs the deactivation runbook to its end. */
      run: deactivate.run,
      seed: (seed: UserSeed) => account.iam.seedUser(seed),
      /** Replaces the rule functions, for tests that ignore results: starting their processes is slow. */
      skipEvaluations: () => {
        const described = account.config.operations.DescribeConfigRules?.({}, 'test');
        for (const { Source } of v.parse(Rules, described).ConfigRules)
          account.lambda.override(Source.SourceIdentifier, () => null);
      },
    };
  };
};

export type DeployedAccount = Awaited<ReturnType<ReturnType<typeof createDeployedAccounts>>>;
