import type { Roles } from '../roles.ts';
import { type ExecutionEnvironment, startExecutionEnvironment } from './execution-environment.ts';
import type { FunctionConfiguration } from './functions.ts';

/** What an execution environment needs of its account. */
export type ExecutionEnvironmentDeps = {
  readonly region: string;
  readonly roles: Roles;
  /** Where the account listens: every function's AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  /** @default the Node that runs the account */
  readonly nodePath?: string | undefined;
};

/** The function's own variables and what Lambda sets; a name of both is Lambda's. */
const environmentOf = (
  configuration: FunctionConfiguration,
  { region, roles, endpoint }: ExecutionEnvironmentDeps,
) => ({
  ...configuration.Environment,
  ...roles.assumedBy('lambda.amazonaws.com', configuration.Role).environment,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ENDPOINT_URL: endpoint,
  AWS_LAMBDA_FUNCTION_NAME: configuration.FunctionName,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  LAMBDA_TASK_ROOT: configuration.directory,
  _HANDLER: configuration.Handler,
  TZ: ':UTC',
});

/** The execution environments of an account, which serve one invocation at a time, and then the next. */
export const createExecutionEnvironments = (deps: ExecutionEnvironmentDeps) => {
  const { nodePath = process.execPath } = deps;
  const started = new Set<ExecutionEnvironment>();
  const idle = new Map<FunctionConfiguration, ExecutionEnvironment[]>();
  let isClosed = false;

  const start = (configuration: FunctionConfiguration) => {
    const environment = startExecutionEnvironment(nodePath, environmentOf(configuration, deps));
    started.add(environment);
    if (isClosed) environment.end();
    return environment;
  };
  const idleOf = (configuration: FunctionConfiguration) =>
    (idle.get(configuration) ?? []).filter((environment) => environment.isAlive());

  return {
    /** One that has nothing to do, or a new one. */
    take: (configuration: FunctionConfiguration) => {
      const [first, ...others] = idleOf(configuration);
      idle.set(configuration, others);
      return first ?? start(configuration);
    },
    /** Keeps one for the next invocation, unless it has ended. */
    giveBack: (configuration: FunctionConfiguration, environment: ExecutionEnvironment) => {
      if (environment.isAlive()) idle.set(configuration, [...idleOf(configuration), environment]);
      else started.delete(environment);
    },
    /** Ends them all, whether they have something to do or not, and every one that is still asked for. */
    close: () => {
      isClosed = true;
      for (const environment of started) environment.end();
    },
  };
};
