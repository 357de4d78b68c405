import { createLocalAccount, type LocalAccount } from '../account.ts';
import { createClock } from '../clock.ts';
import { deploy } from '../deploy/deploy.ts';
import { synthesize } from '../deploy/synthesize.ts';
import { seedUsers } from '../seed.ts';
import { createOperator } from './operator.ts';
import { activeKeys, expect, PROMISED } from './promises.ts';
import { nonCompliant, TWO_MINUTES, tellKeyEvents, tellRemediations } from './scenes.ts';
import { showCommand, showHeading, showResults, showStep, showText, showUsers } from './show.ts';

// The SDK would tell Node 20 once a process that its time comes; not in the middle of the story.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

/** A minute of the account takes a third of a second: nobody wants to wait for CloudTrail here. */
const SPEED = 200;
/** What CloudTrail takes to deliver an event, in milliseconds of the account. */
const CLOUD_TRAIL_DELAY = 3 * 60_000;

const tellStory = async (account: LocalAccount, pass: (milliseconds: number) => void) => {
  const { ConfigRuleName = '' } = deploy(account, synthesize());
  seedUsers(account.iam, new Date());
  const operator = createOperator(account, ConfigRuleName);
  account.ssm.onStep(({ StepName, StepStatus }) => {
    if (StepStatus !== 'InProgress') showStep(StepName, StepStatus === 'Success');
  });

  showHeading('The account');
  showUsers([...account.iam.users.values()]);

  showHeading(`AWS Config evaluates the rule ${ConfigRuleName}`);
  await operator.evaluate();
  const before = await operator.readResults();
  showResults(before);
  expect('NON_COMPLIANT users', nonCompliant(before), PROMISED.nonCompliantBefore);

  await tellKeyEvents(account, operator.readResults);

  const undoCommands = await tellRemediations(operator.remediate, pass);

  pass(TWO_MINUTES);
  showHeading('AWS Config evaluates the rule again');
  await operator.evaluate();
  const after = await operator.readResults();
  showResults(after);
  expect('NON_COMPLIANT users', nonCompliant(after), PROMISED.nonCompliantAfter);
  expect('active keys', activeKeys(account), PROMISED.activeAfter);

  showHeading(
    'Each execution said how to undo it (in this account, which is gone now; npm run local serves one)',
  );
  for (const command of undoCommands) showCommand(command);
};

showText(
  'A made-up account on loopback: the deployed template, bundles and runbook, no AWS account.',
);
const clock = createClock({ speed: SPEED });
const account = await createLocalAccount({ ...clock, cloudTrailDelay: CLOUD_TRAIL_DELAY });
try {
  await tellStory(account, clock.advance);
} catch (error) {
  console.error(
    `\nThe demo did not do what it promises: ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = 1;
} finally {
  await account.close();
}
