import { createKeyOwner, createOperator, startRunbook } from './operator.ts';
import { expect, expectResult, PROMISED_OF_KEY_LIFE } from './promises.ts';
import {
  checkResult,
  type Life,
  playDeactivation,
  playExecution,
  playKeyEvent,
  readResult,
  USER,
} from './scenes.ts';
import { showHeading, showResults } from './show.ts';
import { DAY, type Outputs, type Stage } from './stage.ts';

const playSecondKey = async (life: Life): Promise<string> => {
  const { owner, single, stage, old } = life;
  await playKeyEvent(life, `${USER} makes a second key`, owner.createKey);
  const young = owner.keys().at(-1)?.AccessKeyId ?? '';
  await checkResult(single, PROMISED_OF_KEY_LIFE.secondKey(old, young));

  stage.clock.advance(10 * DAY);
  owner.useKey(young);
  showHeading(
    '10 days later the second key is in use, and AWS Config evaluates as it does every day',
  );
  await single.evaluate();
  await checkResult(single, PROMISED_OF_KEY_LIFE.idle(old));
  return young;
};

const playReactivation = async (life: Life) => {
  const { owner, single, old } = life;
  const day = await playDeactivation(life, '');
  const heading = 'Infrastructure as code activates the key again';
  await playKeyEvent(life, heading, () => owner.activateKey(old));
  await checkResult(single, PROMISED_OF_KEY_LIFE.reactivated(old, day));
};

const playUndo = async ({ stage, outputs, single, old }: Life) => {
  const { ConfigRuleName, ReactivationRunbookName, ReactivationRoleArn } = outputs;
  const parameters = {
    UserId: stage.account.iam.users.get(USER)?.UserId ?? '',
    ConfigRuleName,
    AutomationAssumeRole: ReactivationRoleArn,
  };
  await playExecution({
    heading: 'Somebody needs the key and starts ReactivateAccessKey',
    start: () => startRunbook(stage, ReactivationRunbookName, parameters),
    promised: 'Refused',
  });
  const decided = { ...parameters, AllowSecondActiveKey: 'true' };
  await playExecution({
    heading: 'ReactivateAccessKey with AllowSecondActiveKey=true',
    start: () => startRunbook(stage, ReactivationRunbookName, decided),
    promised: 'Acted',
  });
  await checkResult(single, PROMISED_OF_KEY_LIFE.idle(old));
};

const playDeletion = async ({ stage, inactive, old }: Life, day: string) => {
  showHeading(`${inactive.ConfigRuleName} reads from CloudTrail since when the key is inactive`);
  await checkResult(inactive, PROMISED_OF_KEY_LIFE.inactive(old, day));

  stage.clock.advance(31 * DAY);
  showHeading('31 days later AWS Config evaluates this rule');
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
  await playDeactivation(life, ' again, after the cause of the reactivation is fixed');
  await playUndo(life);
  const day = await playDeactivation(life, ' once more, because the key is not needed after all');
  await playDeletion(life, day);

  await playEnd(life, young);
};
