import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { createConfig } from './config.ts';
import { createIam } from './iam.ts';
import { createLogRun } from './log.ts';
import { createRetryStrategy } from './retry-strategy.ts';

const connection = () => ({
  retryStrategy: createRetryStrategy(),
  // Without bounds a connection that hangs takes the whole sweep with it; a timeout is tried again.
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: 20_000,
    throwOnRequestTimeout: true,
  },
});

/** A client's stack of middleware, as far as counting needs it. */
type Counted = Pick<IAMClient | ConfigServiceClient, 'middlewareStack'>;

/** Counts every attempt of every call by its API name, `ListUsers`. */
const countCalls = (clients: readonly Counted[]) => {
  let counts: Record<string, number> = {};
  for (const { middlewareStack } of clients)
    middlewareStack.add(
      (next, context) => (args) => {
        const name = String(context['commandName']).replace(/Command$/, '');
        counts[name] = (counts[name] ?? 0) + 1;
        return next(args);
      },
      { step: 'finalizeRequest', name: 'countCalls' },
    );
  return () => {
    const taken = counts;
    counts = {};
    return taken;
  };
};

const writeToStdout = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * The AWS side of a Lambda: IAM, Config and the log line of a run.
 *
 * Reads Region, endpoint and credentials from the environment, as Lambda sets it.
 */
export const createClients = (writeLine = writeToStdout) => {
  const iamClient = new IAMClient(connection());
  const configClient = new ConfigServiceClient(connection());
  const takeCalls = countCalls([iamClient, configClient]);
  return {
    iam: createIam(iamClient),
    config: createConfig(configClient),
    logRun: createLogRun(writeLine, takeCalls),
  };
};
