import type { Ended, KeyOwner, Operator } from './operator.ts';
import {
  expect,
  expectVerdict,
  PROMISED,
  PROMISED_OF_LIFE,
  type PromisedVerdict,
} from './promises.ts';
import { type Result, showHeading, showOutcome, showText, showVerdict } from './show.ts';
import type { Outputs, Stage } from './stage.ts';

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

/** Whose keys the story is about. */
export const USER = 'dora.lindqvist@example.com';

/** Who acts in the story, and which keys it is about: the old one, whose life it is, and the one that follows. */
export type Life = {
  readonly stage: Stage;
  readonly outputs: Outputs;
  readonly owner: KeyOwner;
  readonly single: Operator;
  readonly inactive: Operator;
  readonly old: string;
};

/** What a rule says of the user; throws where it says nothing. */
export const readVerdict = async ({ readResults, ConfigRuleName }: Operator) => {
  const results = await readResults();
  const result = results.find(({ userName }) => userName === USER);
  if (result !== undefined) return result;
  throw new Error(`expected ${ConfigRuleName} to have a result of ${USER}, got none`);
};

/** The same, shown and held against what is promised. */
export const tellVerdict = async (rule: Operator, promised: PromisedVerdict) => {
  const result = await readVerdict(rule);
  showVerdict(result);
  expectVerdict(result, promised);
};

/** Somebody changes a key; the evaluation follows by itself. */
export const tellKeyEvent = async (
  { owner }: Life,
  heading: string,
  act: () => Promise<unknown>,
) => {
  showHeading(`${heading}, and nobody asks for an evaluation`);
  const minutes = await owner.untilEvaluated(act);
  showText(`${minutes.toFixed(1)} minutes later CloudTrail, EventBridge and the queue start one:`);
};

/** Clicks Remediate, and says on which day the key was deactivated. */
export const tellDeactivation = async ({ single, stage }: Life, why: string): Promise<string> => {
  const start = () => single.remediate(USER);
  await tellExecution({ heading: `Remediate ${USER}${why}`, start, promised: 'Acted' });
  await tellVerdict(single, PROMISED_OF_LIFE.nothing);
  const write = stage.account.calls.findLast(({ operation }) => operation === 'UpdateAccessKey');
  return write?.at.toISOString().slice(0, 10) ?? '';
};
