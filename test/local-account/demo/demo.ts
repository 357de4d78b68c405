import { parseArgs } from 'node:util';
import { runScript } from '../../../infra/command-line.ts';
import { createLocalAccount, type LocalAccount } from '../account.ts';
import { createClock } from '../clock.ts';
import { deploy } from '../deploy/deploy.ts';
import { synthesize } from '../deploy/synthesize.ts';
import { seedUsers } from '../seed.ts';
import { playExecution, playKeyLife } from './life.ts';
import {
  CLOUD_TRAIL_DELAY,
  createOperator,
  type Operator,
  readOutputs,
  type Stage,
} from './operator.ts';
import { activeKeys, expect, PROMISED } from './promises.ts';
import {
  type Result,
  showCommand,
  showFailedFunction,
  showHeading,
  showResults,
  showStep,
  showText,
  showUsers,
} from './show.ts';

const USAGE = `npm run demo

Plays the life of access keys in a simulated AWS account on this machine, and
fails if a result differs from the expected one.`;

// The SDK prints a deprecation warning on Node 20.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

/** A minute of the account's time takes a third of a second. */
const SPEED = 200;

/** Scripts wait at a lower speed, because they need real time to read the account. */
const SCRIPT_SPEED = 20;

/** Returns the names of the NON_COMPLIANT users. */
const nonCompliant = (results: readonly Result[]): string[] =>
  results
    .filter(({ complianceType }) => complianceType === 'NON_COMPLIANT')
    .map(({ userName }) => userName);

/** Remediates each promised user and returns the commands that undo the changes. */
const playRemediations = async ({ remediate }: Operator): Promise<readonly string[]> => {
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

const playEvaluation = async (operator: Operator, promised: readonly string[]) => {
  await operator.evaluate();
  const results = await operator.readResults();
  showResults(results);
  expect('NON_COMPLIANT users', nonCompliant(results), promised);
};

const playStory = async (stage: Stage) => {
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
  await playEvaluation(operator, PROMISED.nonCompliantBefore);

  const undoCommands = await playRemediations(operator);

  showHeading('AWS Config evaluates the rule again');
  await playEvaluation(operator, PROMISED.nonCompliantAfter);
  expect('active keys', activeKeys(account), PROMISED.activeAfter);

  showHeading('Each execution reported the command that undoes it');
  for (const command of undoCommands) showCommand(command);

  await playKeyLife(stage, outputs);
};

/** Prints what the runbooks did. */
const showSummary = ({ calls, ssm }: LocalAccount) => {
  const writes = (operation: string, status?: string) =>
    calls.filter(
      ({ principal, errorCode, input, ...call }) =>
        call.operation === operation &&
        principal !== 'operator' &&
        errorCode === undefined &&
        (status === undefined || Object(input).Status === status),
    ).length;
  const executions = ssm.all();
  const refused = executions.filter((one) => one.AutomationExecutionStatus === 'Failed').length;
  showHeading('Summary: every result is as expected');
  showText(
    `Of ${executions.length} executions, ${writes('UpdateAccessKey', 'Inactive')} deactivated a key, ${writes('UpdateAccessKey', 'Active')} made a key active again, ${writes('DeleteAccessKey')} deleted a key, and ${refused} refused to act. No user lost its last active key.`,
  );
  showText('To use such an account with the AWS CLI or an SDK: npm run local');
};

const play = async (): Promise<void> => {
  showText(
    'A simulated account on loopback with the real template, bundles and runbooks. No AWS account is needed.',
  );
  const clock = createClock({ speed: SPEED });
  const account = await createLocalAccount({
    ...clock,
    cloudTrailDelay: CLOUD_TRAIL_DELAY,
    automation: { scriptSpeed: SCRIPT_SPEED },
  });
  try {
    await playStory({ account, clock });
    showSummary(account);
  } catch (error) {
    const message = error instanceof Error ? error.message : error;
    console.error(`\nA result of the demo differs from the expected result: ${message}`);
    showFailedFunction(account.lambda.invocations);
    process.exitCode = 1;
  } finally {
    await account.close();
  }
};

await runScript(USAGE, async () => {
  parseArgs();
  await play();
});
