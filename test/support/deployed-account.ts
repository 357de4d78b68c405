import * as v from 'valibot';
import { createLocalAccount, type LocalAccount } from '../local-account/account.ts';
import { deploy } from '../local-account/deploy/deploy.ts';
import { synthesize } from '../local-account/deploy/synthesize.ts';
import type { UserSeed } from '../local-account/iam/users.ts';
import type { LocalAccountOptions } from '../local-account/services.ts';
import type { ActionSettings } from '../local-account/ssm/action.ts';

process.env['CDK_VALIDATION'] = 'false';

const Started = v.object({ AutomationExecutionId: v.string() });

/** The outputs of the stack that name each runbook, its role and its rule. */
const RUNBOOKS = {
  deactivate: ['DeactivationRunbookName', 'DeactivationRoleArn', 'ConfigRuleName'],
  reactivate: ['ReactivationRunbookName', 'ReactivationRoleArn', 'ConfigRuleName'],
  deleteInactive: ['DeletionRunbookName', 'DeletionRoleArn', 'InactiveConfigRuleName'],
} as const;
const PlanInputs = v.looseObject({ FunctionName: v.string() });
const Rules = v.object({
  ConfigRules: v.array(v.looseObject({ Source: v.looseObject({ SourceIdentifier: v.string() }) })),
});

/** Seconds that pass for a script in one: the minute that the runbook may wait is one second here. */
const SCRIPT_SPEED = 60;

/** Without site-packages: scripts run on the stand-in for boto3, which starts ten times as fast. */
const FAST_PYTHON = ['python3', '-S'];

/** How long the runbook that deletes waits between its two plans, in milliseconds of the account. */
const HALF_AN_HOUR = 30 * 60_000;

/** Starts one of the runbooks and says how it ended. */
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

  /** Waits for the end of an execution. */
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
    /** Starts it, lets the half hour pass where it waits and the account has a clock, and waits for its end. */
    run: async (parameters: Record<string, string>) => {
      const id = start(parameters);
      const hasRested = await ssm.waiting(id).then(
        () => true,
        () => false,
      );
      if (hasRested) advance?.(HALF_AN_HOUR);
      return ended(id);
    },
    /** The name of the role with which it acts. */
    role: AutomationAssumeRole.split('/').at(-1) ?? '',
  };
};

/** The stack, synthesized once for the accounts of a test file. */
export const createDeployedAccounts = (context?: Record<string, unknown>) => {
  const stack = synthesize(context);

  /** An account with the stack, whose time begins now unless it gets a clock; key events do not come. */
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
      /** Starts the runbook that deactivates and waits for its end. */
      run: deactivate.run,
      seed: (seed: UserSeed) => account.iam.seedUser(seed),
      /** Replaces the functions of the rules, for tests that do not look at results: starting a process takes long. */
      skipEvaluations: () => {
        const described = account.config.operations.DescribeConfigRules?.({}, 'test');
        for (const { Source } of v.parse(Rules, described).ConfigRules)
          account.lambda.override(Source.SourceIdentifier, () => null);
      },
    };
  };
};

export type DeployedAccount = Awaited<ReturnType<ReturnType<typeof createDeployedAccounts>>>;
