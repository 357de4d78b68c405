import {
  createKeyOwner,
  createOperator,
  DAY,
  type Ended,
  type KeyOwner,
  type Operator,
  type Outputs,
  type Stage,
  startRunbook,
} from './operator.ts';
import { expect, expectResult, PROMISED_OF_KEY_LIFE, type PromisedResult } from './promises.ts';
import { showHeading, showOutcome, showResult, showResults, showText } from './show.ts';

/** The start of an execution and its promised outcome. */
type Click = {
  readonly heading: string;
  readonly start: () => Promise<Ended>;
  readonly promised: string;
};

/** Runs a runbook and shows its heading, steps and result. */
export const playExecution = async ({ heading, start, promised }: Click): Promise<Ended> => {
  showHeading(heading);
  const ended = await start();
  showOutcome(ended.outcome, ended.reason);
  expect(heading, ended.outcome, promised);
  return ended;
};

/** The owner of the keys in the second part of the demo. */
const USER = 'dora.lindqvist@example.com';

/** The people in the second part, and the id of the old key. */
type Life = {
  readonly stage: Stage;
  readonly outputs: Outputs;
  readonly owner: KeyOwner;
  readonly single: Operator;
  readonly inactive: Operator;
  readonly old: string;
};

/** Reads the result of the user; throws when there is none. */
const readResult = async ({ readResults, ConfigRuleName }: Operator) => {
  const results = await readResults();
  const result = results.find(({ userName }) => userName === USER);
  if (result !== undefined) return result;
  throw new Error(`expected ${ConfigRuleName} to have a result for ${USER}, got none`);
};

/** Shows the result of the user and compares it with the promised one. */
const checkResult = async (rule: Operator, promised: PromisedResult) => {
  const result = await readResult(rule);
  showResult(result);
  expectResult(result, promised);
};

/** Changes a key and shows the evaluation that its event starts. */
const playKeyEvent = async ({ owner }: Life, heading: string, act: () => Promise<unknown>) => {
  showHeading(`${heading}; its event starts an evaluation of the rules`);
  await owner.untilEvaluated(act);
  showText('The event has passed through CloudTrail, EventBridge and the queue:');
};

/** Starts a runbook on the keys of the user. */
const startOnUser = (
  { stage, outputs }: Life,
  DocumentName: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Ended> => {
  const UserId = stage.account.iam.users.get(USER)?.UserId ?? '';
  const { ConfigRuleName } = outputs;
  return startRunbook(stage, DocumentName, { UserId, ConfigRuleName, ...parameters });
};

/** Starts DeactivateAccessKey with the name of the old key. */
const nameOldKey = (life: Life): Promise<Ended> => {
  const { DeactivationRunbookName, DeactivationRoleArn } = life.outputs;
  return startOnUser(life, DeactivationRunbookName, {
    AutomationAssumeRole: DeactivationRoleArn,
    AccessKeyId: life.old,
  });
};

/** Plays a deactivation and returns its day. */
const playDeactivation = async (
  { single, stage }: Life,
  heading: string,
  start: () => Promise<Ended>,
): Promise<string> => {
  await playExecution({ heading, start, promised: 'Acted' });
  await checkResult(single, PROMISED_OF_KEY_LIFE.nothing);
  const write = stage.account.calls.findLast(({ operation }) => operation === 'UpdateAccessKey');
  return write?.at.toISOString().slice(0, 10) ?? '';
};

const playSecondKey = async (life: Life): Promise<string> => {
  const { owner, single, stage, old } = life;
  await playKeyEvent(life, `${USER} makes a second key`, owner.createKey);
  const young = owner.keys().at(-1)?.AccessKeyId ?? '';
  await checkResult(single, PROMISED_OF_KEY_LIFE.secondKey(old, young));

  stage.clock.advance(10 * DAY);
  owner.useKey(young);
  showHeading(
    'The demo advances the clock by 10 days: the second key is in use, and AWS Config runs its daily evaluation',
  );
  await single.evaluate();
  await checkResult(single, PROMISED_OF_KEY_LIFE.idle(old));
  return young;
};

const playReactivation = async (life: Life) => {
  const { owner, single, old } = life;
  const remediate = () => single.remediate(USER);
  await playDeactivation(life, `Remediate ${USER}`, remediate);
  const heading = 'Infrastructure as code activates the key again';
  await playKeyEvent(life, heading, () => owner.activateKey(old));
  await checkResult(single, PROMISED_OF_KEY_LIFE.idle(old));
  await playExecution({
    heading: `Remediate ${USER} again, although the key was reactivated`,
    start: remediate,
    promised: 'Refused',
  });
  const named = 'The cause is fixed, and DeactivateAccessKey is started with AccessKeyId';
  await playDeactivation(life, named, () => nameOldKey(life));
};

const playUndo = async (life: Life) => {
  const { ReactivationRunbookName, ReactivationRoleArn } = life.outputs;
  const parameters = { AutomationAssumeRole: ReactivationRoleArn };
  await playExecution({
    heading: 'An application still needs the key: ReactivateAccessKey is started',
    start: () => startOnUser(life, ReactivationRunbookName, parameters),
    promised: 'Refused',
  });
  const decided = { ...parameters, AllowSecondActiveKey: 'true' };
  await playExecution({
    heading: 'ReactivateAccessKey with AllowSecondActiveKey=true',
    start: () => startOnUser(life, ReactivationRunbookName, decided),
    promised: 'Acted',
  });
  await checkResult(life.single, PROMISED_OF_KEY_LIFE.idle(life.old));
};

const playDeletion = async ({ stage, inactive, old }: Life, day: string) => {
  showHeading(`${inactive.ConfigRuleName} reads the time of the deactivation from CloudTrail`);
  await checkResult(inactive, PROMISED_OF_KEY_LIFE.inactive(old, day));

  stage.clock.advance(31 * DAY);
  showHeading('The demo advances the clock by 31 days, and AWS Config evaluates this rule');
  await inactive.evaluate();
  await checkResult(inactive, PROMISED_OF_KEY_LIFE.inactiveTooLong(old, day));
  await playExecution({
    heading: `Remediate ${USER} with this rule`,
    start: () => inactive.remediate(USER),
    promised: 'Acted',
  });
};

/** Shows that both rules are COMPLIANT and that only the second key exists. */
const playEnd = async ({ owner, single, inactive }: Life, young: string) => {
  showHeading('The event of the deletion starts an evaluation of both rules');
  const rules = await Promise.all(
    [single, inactive].map(async (rule) => {
      const result = await readResult(rule);
      expectResult(result, PROMISED_OF_KEY_LIFE.nothing);
      return { ...result, userName: rule.ConfigRuleName };
    }),
  );
  showResults(rules);
  const left = owner.keys().map(({ AccessKeyId, Status }) => [AccessKeyId, Status]);
  expect(`the keys of ${USER}`, left, [[young, 'Active']]);
};

/** Plays the life of one key, from the creation of a second key to its deletion. */
export const playKeyLife = async (stage: Stage, outputs: Outputs): Promise<void> => {
  const owner = createKeyOwner(stage, USER);
  const single = createOperator(stage, outputs.ConfigRuleName);
  const inactive = createOperator(stage, outputs.InactiveConfigRuleName);
  const old = owner.keys()[0]?.AccessKeyId ?? '';
  const life = { stage, outputs, owner, single, inactive, old };

  showHeading(`The life of one key: ${old} of ${USER}`);
  const young = await playSecondKey(life);
  await playReactivation(life);
  await playUndo(life);
  const heading = 'The key is not needed after all: DeactivateAccessKey with AccessKeyId again';
  const day = await playDeactivation(life, heading, () => nameOldKey(life));
  await playDeletion(life, day);

  await playEnd(life, young);
};
