import { type Ended, type KeyOwner, type Operator, startRunbook } from './operator.ts';
import {
  expect,
  expectResult,
  PROMISED,
  PROMISED_OF_KEY_LIFE,
  type PromisedResult,
} from './promises.ts';
import { type Result, showHeading, showOutcome, showResult, showText } from './show.ts';
import type { Outputs, Stage } from './stage.ts';

/** Returns the names of the NON_COMPLIANT users. */
export const nonCompliant = (results: readonly Result[]): string[] =>
  results
    .filter(({ complianceType }) => complianceType === 'NON_COMPLIANT')
    .map(({ userName }) => userName);

/** A click, the execution that it starts, and the promised outcome. */
type Click = {
  readonly heading: string;
  readonly start: () => Promise<Ended>;
  readonly promised: string;
};

/** Runs a runbook and shows the click, the steps and the result. */
export const playExecution = async ({ heading, start, promised }: Click): Promise<Ended> => {
  showHeading(heading);
  process.stdout.write('  ');
  const ended = await start();
  showOutcome(ended.outcome, ended.reason);
  expect(heading, ended.outcome, promised);
  return ended;
};

/** Remediates each promised user and returns the commands that undo the changes. */
export const playRemediations = async ({ remediate }: Operator): Promise<readonly string[]> => {
  const undoCommands: string[] = [];
  const remediated = new Set<string>();
  for (const [userName, promised] of PROMISED.remediations) {
    const again = remediated.has(userName) ? ' again: one execution deactivates one key' : '';
    remediated.add(userName);
    const { undoCommand } = await playExecution({
      heading: `Remediate ${userName}${again}`,
      start: () => remediate(userName),
      promised,
    });
    if (undoCommand !== undefined) undoCommands.push(undoCommand);
  }
  return undoCommands;
};

/** The user whose keys the second part is about. */
export const USER = 'dora.lindqvist@example.com';

/** The people in the second part, and the id of the old key. */
export type Life = {
  readonly stage: Stage;
  readonly outputs: Outputs;
  readonly owner: KeyOwner;
  readonly single: Operator;
  readonly inactive: Operator;
  readonly old: string;
};

/** Reads the result of the user; throws when there is none. */
export const readResult = async ({ readResults, ConfigRuleName }: Operator) => {
  const results = await readResults();
  const result = results.find(({ userName }) => userName === USER);
  if (result !== undefined) return result;
  throw new Error(`expected ${ConfigRuleName} to have a result for ${USER}, got none`);
};

/** Shows the result of the user and compares it with the promised one. */
export const checkResult = async (rule: Operator, promised: PromisedResult) => {
  const result = await readResult(rule);
  showResult(result);
  expectResult(result, promised);
};

/** Changes a key and shows the evaluation that its event starts. */
export const playKeyEvent = async (
  { owner }: Life,
  heading: string,
  act: () => Promise<unknown>,
) => {
  showHeading(`${heading}; the rules are evaluated without anybody asking`);
  const minutes = await owner.untilEvaluated(act);
  showText(
    `${minutes.toFixed(1)} minutes later its event has passed CloudTrail, EventBridge and the queue:`,
  );
};

/** Starts a runbook on the keys of the user. */
export const startOnUser = (
  { stage, outputs }: Life,
  DocumentName: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Ended> => {
  const UserId = stage.account.iam.users.get(USER)?.UserId ?? '';
  const { ConfigRuleName } = outputs;
  return startRunbook(stage, DocumentName, { UserId, ConfigRuleName, ...parameters });
};

/** Starts DeactivateAccessKey with the name of the old key. */
export const nameOldKey = (life: Life): Promise<Ended> => {
  const { DeactivationRunbookName, DeactivationRoleArn } = life.outputs;
  return startOnUser(life, DeactivationRunbookName, {
    AutomationAssumeRole: DeactivationRoleArn,
    AccessKeyId: life.old,
  });
};

/** Plays a deactivation and returns its day. */
export const playDeactivation = async (
  { single, stage }: Life,
  heading: string,
  start: () => Promise<Ended>,
): Promise<string> => {
  await playExecution({ heading, start, promised: 'Acted' });
  await checkResult(single, PROMISED_OF_KEY_LIFE.nothing);
  const write = stage.account.calls.findLast(({ operation }) => operation === 'UpdateAccessKey');
  return write?.at.toISOString().slice(0, 10) ?? '';
};
