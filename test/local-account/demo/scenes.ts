import type { Operator } from './operator.ts';
import { expect, PROMISED } from './promises.ts';
import type { Ended } from './runbook.ts';
import { type Result, showHeading, showOutcome } from './show.ts';

/** The names of the NON_COMPLIANT users. */
export const nonCompliant = (results: readonly Result[]): string[] =>
  results
    .filter(({ complianceType }) => complianceType === 'NON_COMPLIANT')
    .map(({ userName }) => userName);

/** What is clicked, the execution that it starts, and the outcome that is promised of it. */
type Click = {
  readonly heading: string;
  readonly start: () => Promise<Ended>;
  readonly promised: string;
};

/** One execution of a runbook: what was clicked, its steps as they end, and how it ended. */
export const tellExecution = async ({ heading, start, promised }: Click): Promise<Ended> => {
  showHeading(heading);
  process.stdout.write('  ');
  const ended = await start();
  showOutcome(ended.outcome, ended.reason);
  expect(heading, ended.outcome, promised);
  return ended;
};

/** Each click on Remediate, and the commands that undo what came of it. */
export const tellRemediations = async ({ remediate }: Operator): Promise<readonly string[]> => {
  const undoCommands: string[] = [];
  const remediated = new Set<string>();
  for (const [userName, promised] of PROMISED.remediations) {
    const again = remediated.has(userName) ? ' again: one execution takes one key' : '';
    remediated.add(userName);
    const { undoCommand } = await tellExecution({
      heading: `Remediate ${userName}${again}`,
      start: () => remediate(userName),
      promised,
    });
    if (undoCommand !== undefined) undoCommands.push(undoCommand);
  }
  return undoCommands;
};
