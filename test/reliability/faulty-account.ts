import * as v from 'valibot';
import { createLocalAccount, type LocalAccountOptions } from '../local-account/account.ts';
import { deploy } from '../local-account/deploy/deploy.ts';
import type { SynthesizedStack } from '../local-account/deploy/synthesize.ts';
import { trustOf } from '../support/build.ts';
import { createFaultPlan } from './fault.ts';
import { FUNCTIONS, SCRIPT_SPEED, serveFaultyWire } from './faulty-wire.ts';
import { createWarmFunction, type FunctionId, idOf } from './functions.ts';
import { holdTime, until } from './virtual-time.ts';

const OfRule = v.object({ configRuleName: v.string(), resultToken: v.string() });

/** An event that was not delivered to its function. */
export type LostEvent = { readonly id: FunctionId; readonly event: unknown };

/** Scripts run fast. `-S` starts Python without site-packages. */
const AUTOMATION = { scriptSpeed: SCRIPT_SPEED, python: ['python3', '-S'] };

/** Creates an account in virtual time whose calls can meet faults. Its functions run in this process. */
export const createFaultyAccount = async (
  stack: SynthesizedStack,
  options: Partial<LocalAccountOptions> = {},
) => {
  const faults = createFaultPlan();
  const serve = serveFaultyWire(faults);
  const account = await createLocalAccount({
    ...{ serve, automation: AUTOMATION, pageSize: 4, trail: false, ...options },
  });
  const { environment } = account.roles.create({
    RoleName: FUNCTIONS,
    AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com'),
  });
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: account.endpoint,
    ...environment,
  });
  const deaf = new Set<FunctionId>();
  const gates = new Map<FunctionId, Promise<void>>();
  const rulesByToken = new Map<string, string>();
  const lost: LostEvent[] = [];
  const invocations = new Map<FunctionId, (event: unknown) => Promise<unknown>>();

  const install = (
    FunctionName: string,
    variables: Readonly<Record<string, string>>,
    timeoutSeconds: number,
  ) => {
    const id = idOf(FunctionName);
    const invoke = createWarmFunction({ id, environment: variables, timeoutSeconds });
    const run = async (event: unknown) => {
      await gates.get(id);
      const ofRule = v.safeParse(OfRule, event);
      if (ofRule.success) rulesByToken.set(ofRule.output.resultToken, ofRule.output.configRuleName);
      return invoke(event);
    };
    invocations.set(id, run);
    account.lambda.override(FunctionName, (event) => {
      if (!deaf.has(id)) return run(event);
      lost.push({ id, event });
      return { batchItemFailures: [] };
    });
  };

  const scripts = new Map<string, () => void>();
  const failedSteps: string[] = [];
  const executionIds = new Set<string>();
  account.ssm.onStep(({ StepExecutionId, StepName, Action, StepStatus }, id) => {
    executionIds.add(id);
    if (StepStatus === 'Failed' || StepStatus === 'TimedOut') failedSteps.push(StepName);
    if (Action !== 'aws:executeScript') return;
    if (StepStatus === 'InProgress') scripts.set(StepExecutionId, holdTime());
    else scripts.get(StepExecutionId)?.();
  });

  let outputs: Readonly<Record<string, string>> = {};
  return {
    ...account,
    faults,
    /** The failed steps so far. */
    failedSteps: failedSteps as readonly string[],
    /** The runbook executions so far. */
    executions: () => Array.from(executionIds, account.ssm.execution),
    /** Deploys the stack. Its schedules begin to run. */
    deploy: () => {
      const { functions } = account.lambda;
      const { create } = functions;
      functions.create = (configuration) => {
        const created = create(configuration);
        const { FunctionName, Environment = {}, Timeout = 3 } = configuration;
        install(FunctionName, Environment, Timeout);
        return created;
      };
      outputs = deploy(account, stack);
    },
    /** Returns an output of the stack. */
    output: (name: string): string => outputs[name] ?? '',
    /** Returns the rule that a result token belongs to. */
    ruleOf: (resultToken: string) => rulesByToken.get(resultToken),
    /** Makes an IAM call as an operator. */
    operate: (operation: string, input: object) =>
      until(account.call({ service: 'iam', operation, input, principal: 'operator' })),
    /** Drops the events of these functions until the next call. */
    lose: (...ids: readonly FunctionId[]) => {
      deaf.clear();
      for (const id of ids) deaf.add(id);
    },
    /** The dropped events so far. */
    lost: lost as readonly LostEvent[],
    /** Delivers an event to its function. */
    deliver: ({ id, event }: LostEvent): Promise<unknown> => {
      const run = invocations.get(id);
      return run === undefined ? Promise.reject(new Error(`there is no ${id}`)) : run(event);
    },
    /** Blocks these functions until the returned function is called. */
    gate: (...ids: readonly FunctionId[]): (() => void) => {
      let open = () => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      for (const id of ids) gates.set(id, opened);
      return open;
    },
    close: async () => {
      faults.end();
      await until(account.close());
    },
  };
};

export type FaultyAccount = Awaited<ReturnType<typeof createFaultyAccount>>;
