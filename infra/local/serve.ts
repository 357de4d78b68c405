import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createLocalAccount } from './account.ts';
import { createClock } from './clock.ts';
import { deploy } from './deploy/deploy.ts';
import { synthesize } from './deploy/synthesize.ts';
import { seedUsers } from './seed.ts';

const USAGE = 'npm run local -- [--port <1 to 65535>] [--speed <1 to 1000>] [--empty]';

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
  const { port, speed, empty } = parseArgs({
    options: {
      port: { type: 'string' },
      speed: { type: 'string', default: '10' },
      empty: { type: 'boolean', default: false },
    },
  }).values;
  return {
    empty,
    port: port === undefined ? undefined : wholeNumber('port', port, 65_535),
    speed: wholeNumber('speed', speed, 1_000),
  };
};

const serve = async (): Promise<void> => {
  const { port, speed, empty } = readOptions();
  const clock = createClock({ speed });
  const account = await createLocalAccount({ ...clock, port, cloudTrailDelay: CLOUD_TRAIL_DELAY });
  const outputs = deploy(account, synthesize());
  if (!empty) seedUsers(account.iam, new Date());
  // As in AWS, a new rule is evaluated at once.
  await account.config.evaluateNewRule(outputs['ConfigRuleName'] ?? '');

  console.log(
    `\n# A local AWS account, ${empty ? 'empty' : 'seeded'}, until interrupted. To use it:\n`,
  );
  for (const [name, value] of Object.entries(account.environment))
    console.log(`export ${name}=${value}`);
  console.log('\n# What is deployed:\n');
  for (const [name, value] of Object.entries(outputs)) console.log(`# ${name}: ${value}`);

  const seconds = Math.ceil((CLOUD_TRAIL_DELAY / 1000 + 60) / speed);
  console.log(
    `\n# Its time runs ${speed} times as fast: a change of a key is evaluated within ${seconds} s or so, by itself.`,
  );
  console.log('\n# To let days (d), hours (h), minutes (m) or seconds (s) pass at once:\n');
  console.log(`curl -X POST '${account.endpoint}/clock?advance=30d'`);

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await account.close();
};

try {
  await serve();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 1;
}
