import type { Outputs } from './deployed.ts';
import type { KeyOwner } from './key-owner.ts';
import type { Operator } from './operator.ts';
import { expectVerdict, PROMISED_OF_LIFE, type PromisedVerdict } from './promises.ts';
import { type Ended, startRunbook } from './runbook.ts';
import { tellExecution } from './scenes.ts';
import { showHeading, showText, showVerdict } from './show.ts';
import type { Stage } from './stage.ts';

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

/** Deactivates the old key by its name. */
export const nameOldKey = (life: Life): Promise<Ended> => {
  const { DeactivationRunbookName, DeactivationRoleArn } = life.outputs;
  return startOnUser(life, DeactivationRunbookName, {
    AutomationAssumeRole: DeactivationRoleArn,
    AccessKeyId: life.old,
  });
};

/** Shows a deactivation, and returns the day on which the key was deactivated. */
export const tellDeactivation = async (
  { single, stage }: Life,
  heading: string,
  start: () => Promise<Ended>,
): Promise<string> => {
  await tellExecution({ heading, start, promised: 'Acted' });
  await tellVerdict(single, PROMISED_OF_LIFE.nothing);
  const write = stage.account.calls.findLast(({ operation }) => operation === 'UpdateAccessKey');
  return write?.at.toISOString().slice(0, 10) ?? '';
};
