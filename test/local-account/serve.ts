import { once } from 'node:events';
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

/** Deploys the stack, adds the users, evaluates the new rules as AWS does, and returns the outputs. */
const fill = async (account: LocalAccount, empty: boolean) => {
  const outputs = deploy(account, synthesize({ securityHubFindings: true }));
  if (!empty) seedUsers(account.iam, new Date());
  for (const output of ['ConfigRuleName', 'InactiveConfigRuleName'])
    await account.config.evaluateNewRule(outputs[output] ?? '');
  return outputs;
};

const showUsage = (account: LocalAccount, outputs: Record<string, string>, speed: number) => {
  console.log('\n# A local AWS account, served until you interrupt it. To use it:\n');
  for (const [name, value] of Object.entries(account.environment))
    console.log(`export ${name}=${value}`);
  console.log('\n# The outputs of the deployed stack:\n');
  for (const [name, value] of Object.entries(outputs)) console.log(`# ${name}: ${value}`);
  const seconds = Math.ceil((CLOUD_TRAIL_DELAY / 1000 + 60) / speed);
  console.log(`\n# Time runs ${speed} times as fast as real time.`);
  console.log(`# The account evaluates a changed key within about ${seconds} s.`);
  console.log('\n# To skip days (d), hours (h), minutes (m) or seconds (s):\n');
  console.log(`curl -X POST '${account.endpoint}/clock?advance=30d'`);
};

const serve = async (): Promise<void> => {
  const { port, speed, empty } = readOptions(process.argv.slice(2));
  const account = await createLocalAccount({
    ...createClock({ speed }),
    port,
    schedules: true,
    cloudTrailDelay: CLOUD_TRAIL_DELAY,
    automation: { scriptSpeed: Math.min(speed, FASTEST_SCRIPT) },
  });
  showUsage(account, await fill(account, empty), speed);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await account.close();
};

try {
  await serve();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 1;
}
