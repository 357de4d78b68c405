import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Roles } from '../sts/sts.ts';
import type { FunctionConfiguration } from './functions.ts';

/** The last log line of an invocation. */
const endOf = (awsRequestId: string) => `END RequestId: ${awsRequestId}`;

/**
 * Reads the log of a function's process by invocation. At the end of each invocation the runtime writes Lambda's END
 * line to both streams.
 */
const readFunctionLog = ({ stdout, stderr }: ChildProcess) => {
  const lines: string[] = [];
  const streams = [stdout, stderr].filter((stream) => stream !== null);
  const readers = streams.map((input) => createInterface({ input }));
  for (const reader of readers) reader.on('line', (line) => lines.push(line));

  return {
    /** Resolves when the complete log of an invocation has been read. */
    ended: async (awsRequestId: string) => {
      const end = endOf(awsRequestId);
      const ends = readers.map(
        (reader) =>
          new Promise<void>((resolve) => {
            const listen = (line: string) => {
              if (!line.endsWith(end)) return;
              reader.off('line', listen);
              resolve();
            };
            reader.on('line', listen);
          }),
      );
      await Promise.all(ends);
    },
    /** Returns the lines since the last call. The END line may follow an unfinished line of the function. */
    take: (awsRequestId: string) => {
      const end = endOf(awsRequestId);
      return lines.splice(0).flatMap((line) => (line === end ? [] : [line.replace(end, '')]));
    },
  };
};

const RUNTIME = fileURLToPath(new URL('runtime.mjs', import.meta.url));

/** The request of one invocation. */
type Request = {
  /** The event as JSON text. */
  readonly event: string;
  readonly context: {
    readonly awsRequestId: string;
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
  };
  readonly timeoutSeconds: number;
  /** The account's time at the start. */
  readonly now: Date;
};

const Answer = v.object({
  Payload: v.string(),
  FunctionError: v.optional(v.literal('Unhandled')),
});

/** The result of an invocation and the lines that the function logged. */
export type FunctionAnswer = v.InferOutput<typeof Answer> & { readonly lines: readonly string[] };

const failed = (errorType: string, errorMessage: string) => ({
  FunctionError: 'Unhandled' as const,
  Payload: JSON.stringify({ errorType, errorMessage }),
});

const describeExit = (code: number | null, signal: NodeJS.Signals | null) => {
  if (signal !== null) return `Runtime exited with error: signal: ${signal}`;
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
};

const notAnswered = (awsRequestId: string, exit: string) =>
  failed('Runtime.ExitError', `RequestId: ${awsRequestId} Error: ${exit}`);

const timedOut = (awsRequestId: string, timeoutSeconds: number, lines: readonly string[]) => {
  const inTime = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  const message = `RequestId: ${awsRequestId} Error: ${inTime}`;
  const result = failed('Sandbox.Timedout', message);
  return { ...result, lines: [...lines, `${awsRequestId} ${inTime}`] };
};

/**
 * Starts a Node process for a function. It runs one invocation after another and keeps the state of its modules. It
 * ends when an invocation exits or exceeds its timeout.
 *
 * Lambda freezes the process between invocations. Here background work continues, and its log lines belong to the next
 * invocation.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
const startExecutionEnvironment = (environment: Readonly<Record<string, string>>) => {
  const env = { ...environment };
  const child = spawn(process.execPath, [RUNTIME], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = readFunctionLog(child);
  let exit: string | undefined;
  const closed = new Promise<undefined>((resolve) => {
    child.on('close', (code, signal) => {
      exit = describeExit(code, signal);
      resolve(undefined);
    });
  });
  // Node reports a failed start here. A process that has ended accepts no event and has closed.
  let notStarted: unknown;
  child.on('error', (error) => {
    notStarted = error;
  });

  return {
    isAlive: () => child.exitCode === null && child.signalCode === null,
    end: () => child.kill('SIGKILL'),
    invoke: async ({ event, context, timeoutSeconds, now }: Request): Promise<FunctionAnswer> => {
      const { awsRequestId } = context;
      const shift = now.getTime() - Date.now();
      const deadline = now.getTime() + timeoutSeconds * 1000;
      const answered = new Promise<unknown>((resolve) => child.once('message', resolve));
      const written = log.ended(awsRequestId);
      child.send({ event, context, deadline, shift });
      let isTimeUp = false;
      const timer = setTimeout(() => {
        isTimeUp = true;
        child.kill('SIGKILL');
      }, timeoutSeconds * 1000);
      const answer = await Promise.race([Promise.all([answered, written]), closed]);
      clearTimeout(timer);

      if (answer !== undefined)
        return { ...v.parse(Answer, answer[0]), lines: log.take(awsRequestId) };
      if (isTimeUp) return timedOut(awsRequestId, timeoutSeconds, log.take(awsRequestId));
      if (child.pid === undefined) throw notStarted;
      return { ...notAnswered(awsRequestId, exit ?? ''), lines: log.take(awsRequestId) };
    },
  };
};

type ExecutionEnvironment = ReturnType<typeof startExecutionEnvironment>;

/** What an execution environment needs from the account. */
export type ExecutionEnvironmentDeps = {
  readonly region: string;
  readonly roles: Roles;
  /** The endpoint of the account, every function's AWS_ENDPOINT_URL. */
  readonly endpoint: string;
};

/** Returns the variables of the function and those that Lambda sets. */
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

/** Creates the execution environments of an account. Each runs one invocation at a time. */
export const createExecutionEnvironments = (deps: ExecutionEnvironmentDeps) => {
  const started = new Set<ExecutionEnvironment>();
  const idle = new Map<FunctionConfiguration, ExecutionEnvironment[]>();
  let isClosed = false;

  const start = (configuration: FunctionConfiguration) => {
    const environment = startExecutionEnvironment(environmentOf(configuration, deps));
    started.add(environment);
    if (isClosed) environment.end();
    return environment;
  };
  const idleOf = (configuration: FunctionConfiguration) =>
    (idle.get(configuration) ?? []).filter((environment) => environment.isAlive());

  return {
    /** Returns an idle environment of the function, or a new one. */
    take: (configuration: FunctionConfiguration) => {
      const [first, ...others] = idleOf(configuration);
      idle.set(configuration, others);
      return first ?? start(configuration);
    },
    /** Keeps an environment for the next invocation, unless it has ended. */
    giveBack: (configuration: FunctionConfiguration, environment: ExecutionEnvironment) => {
      if (environment.isAlive()) idle.set(configuration, [...idleOf(configuration), environment]);
      else started.delete(environment);
    },
    /** Ends every environment, including those that are started later. */
    close: () => {
      isClosed = true;
      for (const environment of started) environment.end();
    },
  };
};
