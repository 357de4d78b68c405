import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import { actUntilRest, type Stage, TWO_MINUTES } from './stage.ts';

/** How an execution of a runbook ended: the outcome, why, and the command that undoes it. */
export type Ended = {
  readonly outcome: string;
  readonly reason: string;
  readonly undoCommand: string | undefined;
};

const Started = v.object({ AutomationExecutionId: v.string() });

/** The end of a step's failure message, without what Systems Manager puts around it. */
const reasonOf = (failureMessage = ''): string =>
  failureMessage
    .replace(/^[\s\S]*?Error - /, '')
    .replace(/\. Please refer to [\s\S]*$/, '')
    .trim();

/** Reads how an execution ended; of one that failed, the outcome stands before the colon. */
export const endOf = (execution: ReturnType<LocalAccount['ssm']['execution']>): Ended => {
  const output = (name: string) => execution.Outputs[`Report.${name}`]?.[0] ?? '';
  if (execution.AutomationExecutionStatus === 'Success')
    return {
      outcome: output('Outcome'),
      reason: output('Reason'),
      undoCommand: output('UndoCommand'),
    };
  const [outcome = '', ...reason] = reasonOf(execution.FailureMessage).split(': ');
  return { outcome, reason: reason.join(': '), undoCommand: undefined };
};

/** What a person does in the Systems Manager console: starts a runbook, and reads how it ended. */
export const startRunbook = async (
  stage: Stage,
  DocumentName: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Ended> => {
  const { account, clock } = stage;
  clock.advance(TWO_MINUTES);
  const Parameters = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, [value]]),
  );
  const output = await actUntilRest(stage, () =>
    account.call({
      service: 'ssm',
      operation: 'StartAutomationExecution',
      input: { DocumentName, Parameters },
      principal: 'operator',
    }),
  );
  return endOf(account.ssm.execution(v.parse(Started, output).AutomationExecutionId));
};
