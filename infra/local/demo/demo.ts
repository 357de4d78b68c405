import { createLocalAccount, type LocalAccount } from '../account.ts';
import { deploy } from '../deploy/deploy.ts';
import { synthesize } from '../deploy/synthesize.ts';
import { seedUsers } from '../seed.ts';
import { createOperator, type Remediated } from './operator.ts';
import { activeKeys, expect, PROMISED } from './promises.ts';
import {
  type Result,
  showCommand,
  showHeading,
  showOutcome,
  showResults,
  showStep,
  showText,
  showUsers,
} from './show.ts';

// The SDK would tell Node 20 once a process that its time comes; not in the middle of the story.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

const nonCompliant = (results: readonly Result[]): string[] =>
  results
    .filter(({ complianceType }) => complianceType === 'NON_COMPLIANT')
    .map(({ userName }) => userName);

/** The account's clock: Config evaluates a rule at most once a minute, and nobody wants to wait for it here. */
const createClock = () => {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    passTwoMinutes: () => {
      ahead += 120_000;
    },
  };
};

const tellStory = async (account: LocalAccount, passTwoMinutes: () => void) => {
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

  const undoCommands: string[] = [];
  const remediated = new Set<string>();
  for (const [userName, promised] of PROMISED.remediations) {
    passTwoMinutes();
    const again = remediated.has(userName) ? ' again: one execution takes one key' : '';
    showHeading(`Remediate ${userName}${again}`);
    remediated.add(userName);
    process.stdout.write('  ');
    const { outcome, reason, undoCommand }: Remediated = await operator.remediate(userName);
    showOutcome(outcome, reason);
    expect(`the remediation of ${userName}`, outcome, promised);
    if (undoCommand !== undefined) undoCommands.push(undoCommand);
  }

  passTwoMinutes();
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
const clock = createClock();
const account = await createLocalAccount({ now: clock.now });
try {
  await tellStory(account, clock.passTwoMinutes);
} catch (error) {
  console.error(
    `\nThe demo did not do what it promises: ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = 1;
} finally {
  await account.close();
}
