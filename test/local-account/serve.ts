import { once } from 'node:events';
import { breakCommand, runScript, WIDTH, wrap } from '../../infra/command-line.ts';
import { createLocalAccount, type LocalAccount } from './account.ts';
import { createClock } from './clock.ts';
import { deploy } from './deploy/deploy.ts';
import { synthesize } from './deploy/synthesize.ts';
import { seedUsers } from './seed.ts';
import { readOptions, USAGE } from './serve-options.ts';

/** The speed limit of waiting scripts: between two waits they need real time to read the account. */
const FASTEST_SCRIPT = 60;

/** Milliseconds of the account's time until CloudTrail delivers an event; in AWS some minutes. */
const CLOUD_TRAIL_DELAY = 30_000;

// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

/** Adds the users, evaluates the new rules as AWS does, and returns the outputs of the stack. */
const fill = async (
  account: LocalAccount,
  stack: ReturnType<typeof synthesize>,
  empty: boolean,
) => {
  const outputs = deploy(account, stack);
  if (!empty) seedUsers(account.iam, new Date());
  for (const output of ['ConfigRuleName', 'InactiveConfigRuleName'])
    await account.config.evaluateNewRule(outputs[output] ?? '');
  return outputs;
};

const show = (heading: string, ...lines: readonly string[]) =>
  console.log([`\n# ${heading}\n`, ...lines].join('\n'));

/** Formats an output of the stack: a command to copy, or a comment. Only a value that is one long word exceeds a line. */
const formatOutput = ([name, value]: readonly [string, string]) =>
  value.startsWith('aws ')
    ? `# ${name}:\n${breakCommand(value)}`
    : wrap(`${name}: ${value}`, WIDTH - 2)
        .map((line) => `# ${line}`)
        .join('\n');

/** Prints commands that find a violation, remediate it and undo the remediation, with ids of this account. */
const showCommands = ({ iam }: LocalAccount, { ConfigRuleName }: Record<string, string>) => {
  const results = `aws configservice get-compliance-details-by-config-rule --config-rule-name ${ConfigRuleName} --compliance-types NON_COMPLIANT`;
  const text = "--query 'EvaluationResults[].[Annotation]' --output text";
  show('Which users violate the rule, and why?', breakCommand(`${results} ${text}`));
  const { UserId, UserName, keys } = iam.users.get('ci-deploy') ?? {};
  if (keys === undefined) return;
  const user = `resourceType=AWS::IAM::User,resourceId=${UserId}`;
  show(
    `Deactivate the longest-idle key of ${UserName}, like a click on Remediate:`,
    breakCommand(
      `aws configservice start-remediation-execution --config-rule-name ${ConfigRuleName} --resource-keys ${user}`,
    ),
  );
  const key = `--user-name ${UserName} --access-key-id ${keys[1]?.AccessKeyId}`;
  show('Undo it:', breakCommand(`aws iam update-access-key ${key} --status Active`));
  console.log('\n# docs/runbooks.md shows how to find the execution and its undo command.');
};

const showUsage = (account: LocalAccount, outputs: Record<string, string>, speed: number) => {
  show('A simulated AWS account, until you interrupt it. The outputs of its stack:');
  console.log(Object.entries(outputs).map(formatOutput).join('\n'));
  const seconds = Math.ceil((CLOUD_TRAIL_DELAY / 1000 + 60) / speed);
  console.log(`\n# Time runs ${speed} times as fast as real time.`);
  console.log(`# The account evaluates a changed key within about ${seconds} s.`);
  show(
    'To skip days (d), hours (h), minutes (m) or seconds (s):',
    `curl -X POST '${account.endpoint}/clock?advance=30d'`,
  );
  const variables = Object.entries(account.environment);
  show(
    'To use the account, paste these lines into a new shell:',
    ...variables.map(([name, value]) => `export ${name}=${value}`),
  );
  showCommands(account, outputs);
  const unset = wrap(`unset ${Object.keys(account.environment).join(' ')}`, WIDTH - 4);
  show('To use your own account again in that shell:', unset.join(' \\\n  '));
};

await runScript(USAGE, async () => {
  const { port, speed, empty, settings } = readOptions(process.argv.slice(2));
  // Wrong settings end the script before the account starts.
  const stack = synthesize({ securityHubFindings: true, ...settings });
  const account = await createLocalAccount({
    ...createClock({ speed }),
    port,
    schedules: true,
    cloudTrailDelay: CLOUD_TRAIL_DELAY,
    automation: { scriptSpeed: Math.min(speed, FASTEST_SCRIPT) },
  });
  showUsage(account, await fill(account, stack, empty), speed);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await account.close();
});
