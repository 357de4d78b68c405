import { createLocalAccount } from '../account.ts';
import { createClock } from '../clock.ts';
import { deploy } from '../deploy/deploy.ts';
import { synthesize } from '../deploy/synthesize.ts';
import { seedUsers } from '../seed.ts';
import { tellLife } from './life.ts';
import { createOperator, type Operator } from './operator.ts';
import { activeKeys, expect, PROMISED } from './promises.ts';
import { nonCompliant, tellRemediations } from './scenes.ts';
import { showCommand, showHeading, showResults, showStep, showText, showUsers } from './show.ts';
import { CLOUD_TRAIL_DELAY, readOutputs, type Stage } from './stage.ts';

// The SDK would tell Node 20 once a process that its time comes; not in the middle of the story.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

/** A minute of the account takes a third of a second: nobody wants to wait for the queue here. */
const SPEED = 200;

/** What its scripts wait for passes slower: they take real time to look. */
const SCRIPT_SPEED = 20;

const tellEvaluation = async (operator: Operator, promised: readonly string[]) => {
  await operator.evaluate();
  const results = await operator.readResults();
  showResults(results);
  expect('NON_COMPLIANT users', nonCompliant(results), promised);
};

const tellStory = async (stage: Stage) => {
  const { account, clock } = stage;
  const outputs = readOutputs(deploy(account, synthesize()));
  seedUsers(account.iam, clock.now());
  const operator = createOperator(stage, outputs.ConfigRuleName);
  account.ssm.onStep(({ StepName, StepStatus }) => {
    if (StepStatus !== 'InProgress') showStep(StepName, StepStatus === 'Success');
  });

  showHeading('The account');
  showUsers([...account.iam.users.values()]);

  showHeading(`AWS Config evaluates the rule ${outputs.ConfigRuleName}`);
  await tellEvaluation(operator, PROMISED.nonCompliantBefore);

  const undoCommands = await tellRemediations(operator);

  showHeading('AWS Config evaluates the rule again');
  await tellEvaluation(operator, PROMISED.nonCompliantAfter);
  expect('active keys', activeKeys(account), PROMISED.activeAfter);

  showHeading(
    'Each execution said how to undo it (in this account, which is gone at the end; npm run local serves one)',
  );
  for (const command of undoCommands) showCommand(command);

  await tellLife(stage, outputs);
};

showText(
  'A made-up account on loopback: the deployed template, bundles and runbooks, no AWS account.',
);
const clock = createClock({ speed: SPEED });
const account = await createLocalAccount({
  ...clock,
  cloudTrailDelay: CLOUD_TRAIL_DELAY,
  automation: { scriptSpeed: SCRIPT_SPEED },
});
try {
  await tellStory({ account, clock });
} catch (error) {
  console.error(
    `\nThe demo did not do what it promises: ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = 1;
} finally {
  await account.close();
}
