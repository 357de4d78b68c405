import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Roles } from '../roles.ts';
import type { FunctionConfiguration } from './lambda.ts';

/** The line that ends an invocation. */
const endOf = (awsRequestId: string) => `END RequestId: ${awsRequestId}`;

/**
 * Reads what a function's process writes, invocation by invocation. The runtime ends each on both streams, by the
 * line that Lambda ends one with.
 */
export const readFunctionLog = ({ stdout, stderr }: ChildProcess) => {
  const lines: string[] = [];
  const streams = [stdout, stderr].filter((stream) => stream !== null);
  const readers = streams.map((input) => createInterface({ input }));
  for (const reader of readers) reader.on('line', (line) => lines.push(line));

  return {
    /** Resolves when all that an invocation wrote has been read. */
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
    /** What the function wrote since that was last taken; a last line that it did not end has the runtime's behind it. */
    take: (awsRequestId: string) => {
      const end = endOf(awsRequestId);
      return lines.splice(0).flatMap((line) => (line === end ? [] : [line.replace(end, '')]));
    },
  };
};

const RUNTIME = fileURLToPath(new URL('runtime.mjs', import.meta.url));

/** One invocation of a function. */
type Request = {
  /** JSON text. */
  readonly event: string;
  readonly context: {
    readonly awsRequestId: string;
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
  };
  readonly timeoutSeconds: number;
  /** What its time begins with: the account's. */
  readonly now: Date;
};

const Answer = v.object({
  Payload: v.string(),
  FunctionError: v.optional(v.literal('Unhandled')),
});

/** What an invocation answered, and what the function wrote, line by line. */
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
 * Starts bare Node for a function. It runs one invocation after another, and what a module keeps the next one
 * finds; it ends with an invocation that ends it or runs out of time.
 *
 * Lambda would freeze it in between. Here what an invocation left running goes on, and what that writes or calls is
 * counted to the next one.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export const startExecutionEnvironment = (
  nodePath: string,
  environment: Readonly<Record<string, string>>,
) => {
  const env = { ...environment };
  const child = spawn(nodePath, [RUNTIME], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const log = readFunctionLog(child);
  let exit: string | undefined;
  const closed = new Promise<undefined>((resolve) => {
    child.on('close', (code, signal) => {
      exit = describeExit(code, signal);
      resolve(undefined);
    });
  });
  // A Node that does not start says so here; a process that ended meanwhile takes no event, and has closed.
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

export type ExecutionEnvironment = ReturnType<typeof startExecutionEnvironment>;

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
