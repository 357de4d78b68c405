import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { countCalls } from './call-counts.ts';
import { createConfig } from './config.ts';
import { createIam } from './iam.ts';
import { createLogRun } from './log.ts';
import { createRetryStrategy } from './retry-strategy.ts';

/** Milliseconds that an answer may take to begin, and to go on. */
const ANSWER_TIME = 20_000;

const connection = (answerTime: number) => ({
  retryStrategy: createRetryStrategy(),
  // Without bounds a call that hangs takes the whole sweep with it; one that runs out of time is tried again.
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: answerTime,
    throwOnRequestTimeout: true,
    // The request's time ends with the headers: this one is for a body that stops half-way.
    socketTimeout: answerTime,
  },
});

const writeToStdout = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Where log lines go, and how long AWS may take to answer, in milliseconds. */
type ClientOptions = { readonly writeLine?: (line: string) => void; readonly answerTime?: number };

/**
 * The AWS side of a Lambda: IAM, Config and the log line of a run.
 *
 * Reads Region, endpoint and credentials from the environment, as Lambda sets it.
 */
export const createClients = ({
  writeLine = writeToStdout,
  answerTime = ANSWER_TIME,
}: ClientOptions = {}) => {
  const iamClient = new IAMClient(connection(answerTime));
  const configClient = new ConfigServiceClient(connection(answerTime));
  const takeCalls = countCalls([iamClient, configClient]);
  return {
    iam: createIam(iamClient),
    config: createConfig(configClient),
    logRun: createLogRun(writeLine, takeCalls),
  };
};
