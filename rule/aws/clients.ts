import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { IAMClient } from '@aws-sdk/client-iam';
import { createLogRun } from '../log/log.ts';
import { createConfig } from './config.ts';
import { connection, createCallCounts } from './connection.ts';
import { createIam } from './iam.ts';

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
