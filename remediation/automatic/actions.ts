import { SSMClient, StartAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import * as v from 'valibot';
import { type CountCalls, connection } from '../../rule/aws/clients.ts';
import { parse, responseOf, Text } from '../../rule/input/parse.ts';
import { createPublish } from '../messages/calls.ts';

/**
 * Systems Manager starts one execution per second. A start is retried for minutes before it fails.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
const RETRIES = { maximumAttempts: 60, longestDelay: 10_000, minimumCallsPerSecond: 1 };

const Started = v.object({ AutomationExecutionId: Text });

/** The document to execute and its parameters. */
type Execution = {
  readonly DocumentName: string;
  readonly Parameters: Readonly<Record<string, string>>;
};

/** Creates the two actions of the function: it starts executions and publishes messages. */
export const createActions = (countCalls: CountCalls) => {
  const ssm = new SSMClient(connection(RETRIES));
  countCalls(ssm);
  return {
    /** Starts an execution of a runbook and returns its id. */
    startExecution: async ({ DocumentName, Parameters }: Execution): Promise<string> => {
      const lists = Object.entries(Parameters).map(([name, value]) => [name, [value]]);
      const input = { DocumentName, Parameters: Object.fromEntries(lists) };
      const response = await ssm.send(new StartAutomationExecutionCommand(input));
      return parse(Started, response, responseOf('StartAutomationExecution')).AutomationExecutionId;
    },
    publish: createPublish(countCalls),
  };
};

/** The actions of the function. */
export type Actions = ReturnType<typeof createActions>;
