import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import type { MiddlewareStack } from '@smithy/types';
import { type CallCounts, createLogRun } from '../log/log.ts';
import { createConfig } from './config.ts';
import { createIam } from './iam.ts';
import { createRetryStrategy, isThrottled, type RetryOptions } from './retry-strategy.ts';

/** Milliseconds to wait for the start of a response, and for each further part of it. */
const REQUEST_TIMEOUT = 20_000;

/** The timeouts and retries of a client. */
type ConnectionOptions = RetryOptions & { readonly requestTimeout?: number | undefined };

/** Returns the configuration of a client: timeouts, and retries at the rate that the service allows. */
export const connection = ({
  requestTimeout = REQUEST_TIMEOUT,
  ...retries
}: ConnectionOptions = {}) => ({
  retryStrategy: createRetryStrategy(retries),
  // Without timeouts, a call that hangs would stop the whole sweep. A call that times out is retried.
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout,
    throwOnRequestTimeout: true,
    // `requestTimeout` covers the time until the headers arrive, `socketTimeout` a body that stops arriving.
    socketTimeout: requestTimeout,
  },
});

/** Counts every attempt of every call of a client. */
export type CountCalls = <Input extends object, Output extends object>(client: {
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}) => void;

/** Creates the call counts. `countCalls` adds a client; `takeCalls` returns the counts since it was last called. */
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

/** The destination of log lines, and the response timeout in milliseconds. */
type ClientOptions = {
  readonly writeLine?: (line: string) => void;
  readonly requestTimeout?: number;
};

/**
 * Creates what every function uses: the clients of IAM and AWS Config, and the log with the call counts.
 *
 * The Region, the endpoint and the credentials come from the environment, as Lambda sets them. The caller
 * passes further clients, such as the CloudTrail client, to `countCalls`.
 */
export const createClients = ({
  writeLine = writeToStdout,
  requestTimeout,
}: ClientOptions = {}) => {
  const iamClient = new IAMClient(connection({ requestTimeout }));
  const configClient = new ConfigServiceClient(connection({ requestTimeout }));
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
