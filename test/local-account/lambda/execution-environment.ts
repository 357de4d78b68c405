import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { readFunctionLog } from './function-log.ts';

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
