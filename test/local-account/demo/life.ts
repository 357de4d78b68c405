import type { Outputs } from './deployed.ts';
import { createKeyOwner } from './key-owner.ts';
import {
  type Life,
  nameOldKey,
  readVerdict,
  startOnUser,
  tellDeactivation,
  tellKeyEvent,
  tellVerdict,
  USER,
} from './one-user.ts';
import { createOperator } from './operator.ts';
import { expect, expectVerdict, PROMISED_OF_LIFE } from './promises.ts';
import { tellExecution } from './scenes.ts';
import { showHeading, showResults } from './show.ts';
import { DAY, type Stage } from './stage.ts';

const tellSecondKey = async (life: Life): Promise<string> => {
  const { owner, single, stage, old } = life;
  await tellKeyEvent(life, `${USER} makes a second key`, owner.createKey);
  const young = owner.keys().at(-1)?.AccessKeyId ?? '';
  await tellVerdict(single, PROMISED_OF_LIFE.secondKey(old, young));

  stage.clock.advance(10 * DAY);
  owner.useKey(young);
  showHeading('10 days later the second key is in use; AWS Config evaluates, as it does every day');
  await single.evaluate();
  await tellVerdict(single, PROMISED_OF_LIFE.idle(old));
  return young;
};

const tellReactivation = async (life: Life) => {
  const { owner, single, old } = life;
  const remediate = () => single.remediate(USER);
  await tellDeactivation(life, `Remediate ${USER}`, remediate);
  const heading = 'Infrastructure as code makes the key active again';
  await tellKeyEvent(life, heading, () => owner.activateKey(old));
  await tellVerdict(single, PROMISED_OF_LIFE.idle(old));
  await tellExecution({
    heading: `Remediate ${USER} again, although somebody reactivated the key`,
    start: remediate,
    promised: 'Refused',
  });
  const named = 'The cause is fixed, and DeactivateAccessKey is started with AccessKeyId';
  await tellDeactivation(life, named, () => nameOldKey(life));
};

const tellUndo = async (life: Life) => {
  const { ReactivationRunbookName, ReactivationRoleArn } = life.outputs;
  const parameters = { AutomationAssumeRole: ReactivationRoleArn };
  await tellExecution({
    heading: 'Somebody misses the key and starts ReactivateAccessKey',
    start: () => startOnUser(life, ReactivationRunbookName, parameters),
    promised: 'Refused',
  });
  const decided = { ...parameters, AllowSecondActiveKey: 'true' };
  await tellExecution({
    heading: 'ReactivateAccessKey with AllowSecondActiveKey=true',
    start: () => startOnUser(life, ReactivationRunbookName, decided),
    promised: 'Acted',
  });
  await tellVerdict(life.single, PROMISED_OF_LIFE.idle(life.old));
};

const tellDeletion = async ({ stage, inactive, old }: Life, day: string) => {
  showHeading(`${inactive.ConfigRuleName} knows since when, from CloudTrail`);
  await tellVerdict(inactive, PROMISED_OF_LIFE.inactive(old, day));

  stage.clock.advance(31 * DAY);
  showHeading('31 days later AWS Config evaluates this rule');
  await inactive.evaluate();
  await tellVerdict(inactive, PROMISED_OF_LIFE.inactiveTooLong(old, day));
  await tellExecution({
    heading: `Remediate ${USER}, of this rule`,
    start: () => inactive.remediate(USER),
    promised: 'Acted',
  });
};

/** Both rules have nothing to say any more, and only the second key is left. */
const tellEnd = async ({ owner, single, inactive }: Life, young: string) => {
  showHeading('The event of the deletion has both rules evaluated');
  const rules = await Promise.all(
    [single, inactive].map(async (rule) => {
      const result = await readVerdict(rule);
      expectVerdict(result, PROMISED_OF_LIFE.nothing);
      return { ...result, userName: rule.ConfigRuleName };
    }),
  );
  showResults(rules);
  const left = owner.keys().map(({ AccessKeyId, Status }) => [AccessKeyId, Status]);
  expect(`the keys of ${USER}`, left, [[young, 'Active']]);
};

/** The life of one key, from the second beside it to its deletion. */
export const tellLife = async (stage: Stage, outputs: Outputs): Promise<void> => {
  const owner = createKeyOwner(stage, USER);
  const single = createOperator(stage, outputs.ConfigRuleName);
  const inactive = createOperator(stage, outputs.InactiveConfigRuleName);
  const old = owner.keys()[0]?.AccessKeyId ?? '';
  const life = { stage, outputs, owner, single, inactive, old };

  showHeading(`The whole life of one key: ${old} of ${USER}`);
  const young = await tellSecondKey(life);
  await tellReactivation(life);
  await tellUndo(life);
  const heading = 'The key is not needed after all: DeactivateAccessKey with AccessKeyId once more';
  const day = await tellDeactivation(life, heading, () => nameOldKey(life));
  await tellDeletion(life, day);

  await tellEnd(life, young);
};
