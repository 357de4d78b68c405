import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import type { MiddlewareStack } from '@smithy/types';
import { type CallCounts, createLogRun } from '../log/log.ts';
import { createConfig } from './config.ts';
import { createIam } from './iam.ts';
import { createRetryStrategy, isThrottled, type RetryOptions } from './retry-strategy.ts';

/** Milliseconds that an answer may take to begin, and to go on. */
const ANSWER_TIME = 20_000;

/** How a client is bound, in time and in what it tries again. */
type ConnectionOptions = RetryOptions & { readonly answerTime?: number | undefined };

/** What every client is made with: bounds in time, and retries at the rate that the service admits. */
export const connection = ({ answerTime = ANSWER_TIME, ...retries }: ConnectionOptions = {}) => ({
  retryStrategy: createRetryStrategy(retries),
  // Without bounds a call that hangs takes the whole sweep with it; one that runs out of time is tried again.
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: answerTime,
    throwOnRequestTimeout: true,
    // The request's time ends with the headers: this one is for a body that stops half-way.
    socketTimeout: answerTime,
  },
});

/** Counts every attempt of every call of a client from now on. */
export type CountCalls = <Input extends object, Output extends object>(client: {
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}) => void;

/** Counts the calls of clients; each asking gives the counts since the last. */
export const createCallCounts = (): {
  readonly countCalls: CountCalls;
  readonly takeCalls: () => CallCounts;
} => {
  let counts: CallCounts = { Throttles: 0 };
  return {
    countCalls: ({ middlewareStack }) =>
      middlewareStack.add(
        (next, context) => async (args) => {
          const name = String(context['commandName']).replace(/Command$/, '');
          counts[name] = (counts[name] ?? 0) + 1;
          try {
            return await next(args);
          } catch (error) {
            if (isThrottled(error)) counts.Throttles += 1;
            throw error;
          }
        },
        { step: 'finalizeRequest', name: 'countCalls' },
      ),
    takeCalls: () => {
      const taken = counts;
      counts = { Throttles: 0 };
      return taken;
    },
  };
};

const writeToStdout = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Where log lines go, and how long AWS may take to answer, in milliseconds. */
type ClientOptions = { readonly writeLine?: (line: string) => void; readonly answerTime?: number };

/**
 * The AWS side of a Lambda: IAM, Config and the log line of a run, which counts the calls of further clients too.
 *
 * Reads Region, endpoint and credentials from the environment, as Lambda sets it.
 */
export const createClients = ({ writeLine = writeToStdout, answerTime }: ClientOptions = {}) => {
  const iamClient = new IAMClient(connection({ answerTime }));
  const configClient = new ConfigServiceClient(connection({ answerTime }));
  const { countCalls, takeCalls } = createCallCounts();
  countCalls(iamClient);
  countCalls(configClient);
  return {
    iam: createIam(iamClient),
    config: createConfig(configClient),
    logRun: createLogRun(writeLine, takeCalls),
    countCalls,
  };
};
