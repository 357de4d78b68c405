import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const RUNTIME = fileURLToPath(new URL('runtime.mjs', import.meta.url));

/** One invocation of a function in a process of its own. */
type FunctionProcess = {
  /** The Node that runs it. */
  readonly nodePath: string;
  /** All the environment that the process has. */
  readonly environment: Readonly<Record<string, string>>;
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
  /** Ends the process when it aborts. */
  readonly signal: AbortSignal;
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

/**
 * Runs a function once, on bare Node, and ends it when it has answered or its time is up.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export const runFunctionProcess = async (options: FunctionProcess): Promise<FunctionAnswer> => {
  const { context, timeoutSeconds } = options;
  const milliseconds = timeoutSeconds * 1000;
  const shift = options.now.getTime() - Date.now();
  const timeUp = AbortSignal.timeout(milliseconds);
  const child = spawn(options.nodePath, [RUNTIME], {
    env: { ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    signal: AbortSignal.any([timeUp, options.signal]),
    killSignal: 'SIGKILL',
  });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr])
    if (input !== null) createInterface({ input }).on('line', (line) => lines.push(line));
  let answer: unknown;
  child.on('message', (message) => {
    answer = message;
  });
  // A Node that does not start says so here; so does every abort, of which `close` tells as well.
  let notStarted: unknown;
  child.on('error', (error) => {
    notStarted = error;
  });
  const deadline = options.now.getTime() + milliseconds;
  child.send({ event: options.event, context, deadline, shift });
  const exit = await new Promise<string>((resolve) => {
    child.on('close', (code, signal) => resolve(describeExit(code, signal)));
  });

  if (answer !== undefined) return { ...v.parse(Answer, answer), lines };
  const { awsRequestId } = context;
  const inTime = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  if (timeUp.aborted) {
    const line = `${awsRequestId} ${inTime}`;
    const message = `RequestId: ${awsRequestId} Error: ${inTime}`;
    return { ...failed('Sandbox.Timedout', message), lines: [...lines, line] };
  }
  if (child.pid === undefined) throw notStarted;
  const message = `RequestId: ${awsRequestId} Error: ${exit}`;
  return { ...failed('Runtime.ExitError', message), lines };
};
