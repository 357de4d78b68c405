import { randomUUID } from 'node:crypto';
import { inRealTime, type SlowDown } from '../clock.ts';
import type { Roles } from '../roles.ts';
import { type FunctionAnswer, runFunctionProcess } from './function-process.ts';
import type { FunctionConfiguration } from './functions.ts';

/** One invocation as it ended; `invoker` is a role's name, `operator`, or a service. */
export type Invocation = {
  readonly requestId: string;
  readonly functionName: string;
  readonly event: unknown;
  readonly invoker: string;
  readonly result: Omit<FunctionAnswer, 'lines'>;
  /** What the function logged. */
  readonly lines: readonly string[];
};

/** What a function does in a test instead of running its code; what it throws is the function's error. */
export type Behaviour = (event: unknown) => unknown;

/** What an invocation needs of its account. */
export type InvocationDeps = {
  readonly region: string;
  readonly roles: Roles;
  readonly arnOf: (functionName: string) => string;
  /** The time of functions. @default the system clock */
  readonly now?: (() => Date) | undefined;
  /** Where the account listens: every function's AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  /** What a process runs in. @default real time */
  readonly slowDown?: SlowDown | undefined;
  /** @default the Node that runs the account */
  readonly nodePath?: string | undefined;
};

/** The function's own variables and what Lambda sets; a name of both is Lambda's. */
const environmentOf = (
  configuration: FunctionConfiguration,
  { region, roles, endpoint }: InvocationDeps,
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

const runBehaviour = async (behaviour: Behaviour, event: unknown): Promise<FunctionAnswer> => {
  try {
    return { Payload: JSON.stringify((await behaviour(event)) ?? null), lines: [] };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const Payload = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
    return { FunctionError: 'Unhandled', Payload, lines: [] };
  }
};

/** Runs functions, each invocation in a fresh process, and keeps a record of every one. */
export const createInvocations = (deps: InvocationDeps) => {
  const { slowDown = inRealTime, now = () => new Date() } = deps;
  const behaviours = new Map<string, Behaviour>();
  const record: Invocation[] = [];
  const closed = new AbortController();

  const runCode = (configuration: FunctionConfiguration, event: unknown, awsRequestId: string) =>
    runFunctionProcess({
      nodePath: deps.nodePath ?? process.execPath,
      environment: environmentOf(configuration, deps),
      event: JSON.stringify(event),
      context: {
        awsRequestId,
        functionName: configuration.FunctionName,
        functionVersion: '$LATEST',
        invokedFunctionArn: deps.arnOf(configuration.FunctionName),
        memoryLimitInMB: String(configuration.MemorySize),
      },
      timeoutSeconds: configuration.Timeout,
      now: now(),
      signal: closed.signal,
    });

  return {
    record: record as readonly Invocation[],
    behaviours,
    run: async (configuration: FunctionConfiguration, event: unknown, invoker: string) => {
      const { FunctionName: functionName } = configuration;
      const requestId = randomUUID();
      const behaviour = behaviours.get(functionName);
      const { lines, ...result } = await (behaviour
        ? runBehaviour(behaviour, event)
        : slowDown(() => runCode(configuration, event, requestId)));
      const invocation: Invocation = { requestId, functionName, event, invoker, result, lines };
      record.push(invocation);
      return invocation;
    },
    /** Ends the processes that still run. */
    close: () => closed.abort(),
  };
};
