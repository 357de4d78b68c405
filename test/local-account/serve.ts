import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createLocalAccount, type LocalAccount } from './account.ts';
import { createClock } from './clock.ts';
import { deploy } from './deploy/deploy.ts';
import { synthesize } from './deploy/synthesize.ts';
import { seedUsers } from './seed.ts';

const USAGE =
  'npm run local -- [--port <1 to 65535>] [--speed <1 to 1000>] [--accounts <1 to 2>] [--empty]';

/** How many times as fast as real time a script may wait, which takes real time to look. */
const FASTEST_SCRIPT = 60;

const SECOND_ACCOUNT_ID = '210987654321';

/** What CloudTrail takes to deliver an event, in milliseconds of the account; in AWS it is some minutes. */
const CLOUD_TRAIL_DELAY = 30_000;

// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

const wholeNumber = (name: string, text: string, maximum: number): number => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= maximum) return number;
  throw new Error(
    `--${name} must be a whole number from 1 to ${maximum}, got ${JSON.stringify(text)}`,
  );
};

const readOptions = () => {
  const { port, speed, accounts, empty } = parseArgs({
    options: {
      port: { type: 'string' },
      speed: { type: 'string', default: '10' },
      accounts: { type: 'string', default: '1' },
      empty: { type: 'boolean', default: false },
    },
  }).values;
  return {
    empty,
    port: port === undefined ? undefined : wholeNumber('port', port, 65_535),
    speed: wholeNumber('speed', speed, 1_000),
    accounts: wholeNumber('accounts', accounts, 2),
  };
};

/** Puts the stack and the users into an account, and says how to use it. */
const fill = async (account: LocalAccount, stack: Parameters<typeof deploy>[1], empty: boolean) => {
  const outputs = deploy(account, stack);
  if (!empty) seedUsers(account.iam, new Date());
  // As in AWS, a new rule is evaluated at once.
  for (const output of ['ConfigRuleName', 'InactiveConfigRuleName'])
    await account.config.evaluateNewRule(outputs[output] ?? '');

  const what = `A local AWS account, ${account.accountId}, ${empty ? 'empty' : 'seeded'}`;
  console.log(`\n# ${what}, until interrupted. To use it:\n`);
  for (const [name, value] of Object.entries(account.environment))
    console.log(`export ${name}=${value}`);
  console.log('\n# What is deployed:\n');
  for (const [name, value] of Object.entries(outputs)) console.log(`# ${name}: ${value}`);
};

const serve = async (): Promise<void> => {
  const { port, speed, accounts, empty } = readOptions();
  // What a script waits for passes no faster than it can look.
  const automation = { scriptSpeed: Math.min(speed, FASTEST_SCRIPT) };
  const options = { ...createClock({ speed }), cloudTrailDelay: CLOUD_TRAIL_DELAY, automation };
  const account = await createLocalAccount({ ...options, port });
  const stack = synthesize({ securityHubFindings: true });
  await fill(account, stack, empty);
  const second =
    accounts === 2
      ? await createLocalAccount({ ...options, accountId: SECOND_ACCOUNT_ID, beside: account })
      : undefined;
  if (second !== undefined) await fill(second, stack, empty);

  const seconds = Math.ceil((CLOUD_TRAIL_DELAY / 1000 + 60) / speed);
  console.log(
    `\n# Its time runs ${speed} times as fast: a change of a key is evaluated within ${seconds} s or so, by itself.`,
  );
  console.log('\n# To let days (d), hours (h), minutes (m) or seconds (s) pass at once:\n');
  console.log(`curl -X POST '${account.endpoint}/clock?advance=30d'`);

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await second?.close();
  await account.close();
};

try {
  await serve();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 1;
}
