import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import type { MiddlewareStack } from '@smithy/types';
import { type CallCounts, createLogRun } from '../log/log.ts';
import { createConfig } from './config.ts';
import { createIam } from './iam.ts';
import { createRetryStrategy, isThrottled, type RetryOptions } from './retry-strategy.ts';

/** Milliseconds until a response must begin, and between two parts of its body. */
const ANSWER_TIME = 20_000;

/** The retries and the time limits of a client. */
type ConnectionOptions = RetryOptions & { readonly answerTime?: number | undefined };

/** Returns the settings of every client: time limits, and retries at the rate that the service accepts. */
export const connection = ({ answerTime = ANSWER_TIME, ...retries }: ConnectionOptions = {}) => ({
  retryStrategy: createRetryStrategy(retries),
  // Without limits, one hanging call stops the whole sweep. A call that times out is retried.
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: answerTime,
    throwOnRequestTimeout: true,
    // `requestTimeout` ends with the headers; this limit applies to a body that stops half-way.
    socketTimeout: answerTime,
  },
});

/** Starts to count every attempt of every call of a client. */
export type CountCalls = <Input extends object, Output extends object>(client: {
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}) => void;

/** Counts the calls of clients. `takeCalls` returns the counts since it was last called. */
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

/** The destination of log lines, and the time limit of a response in milliseconds. */
type ClientOptions = { readonly writeLine?: (line: string) => void; readonly answerTime?: number };

/**
 * Creates the clients of a function for IAM and AWS Config, and its log, which counts their calls and those of other clients.
 *
 * Reads Region, endpoint and credentials from the environment that Lambda sets.
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
