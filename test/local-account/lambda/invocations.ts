import { randomUUID } from 'node:crypto';
import { inRealTime, type SlowDown } from '../clock.ts';
import type { FunctionAnswer } from './execution-environment.ts';
import {
  createExecutionEnvironments,
  type ExecutionEnvironmentDeps,
} from './execution-environments.ts';
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
export type InvocationDeps = ExecutionEnvironmentDeps & {
  readonly arnOf: (functionName: string) => string;
  /** The time of functions. @default the system clock */
  readonly now?: (() => Date) | undefined;
  /** What a process runs in. @default real time */
  readonly slowDown?: SlowDown | undefined;
};

const runBehaviour = async (behaviour: Behaviour, event: unknown): Promise<FunctionAnswer> => {
  try {
    return { Payload: JSON.stringify((await behaviour(event)) ?? null), lines: [] };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const Payload = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
    return { FunctionError: 'Unhandled', Payload, lines: [] };
  }
};

/** Runs functions, and keeps a record of every invocation. */
export const createInvocations = (deps: InvocationDeps) => {
  const { slowDown = inRealTime, now = () => new Date() } = deps;
  const behaviours = new Map<string, Behaviour>();
  const record: Invocation[] = [];
  const environments = createExecutionEnvironments(deps);

  const runCode = async (
    configuration: FunctionConfiguration,
    event: unknown,
    awsRequestId: string,
  ) => {
    const environment = environments.take(configuration);
    const answer = await environment.invoke({
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
    });
    environments.giveBack(configuration, environment);
    return answer;
  };

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
    /** Ends the processes, whether they have something to do or not. */
    close: environments.close,
  };
};
