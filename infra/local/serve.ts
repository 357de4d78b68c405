import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createLocalAccount } from './account.ts';
import { deploy } from './deploy/deploy.ts';
import { synthesize } from './deploy/synthesize.ts';
import { seedUsers } from './seed.ts';

const USAGE = 'npm run local -- [--port <1 to 65535>] [--empty]';

// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

const readOptions = () => {
  const options = { port: { type: 'string' }, empty: { type: 'boolean', default: false } } as const;
  const { port, empty } = parseArgs({ options }).values;
  if (port === undefined) return { empty };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number >= 1 && number <= 65_535) return { empty, port: number };
  throw new Error(`--port must be a whole number from 1 to 65535, got ${JSON.stringify(port)}`);
};

const serve = async (): Promise<void> => {
  const { port, empty } = readOptions();
  const account = await createLocalAccount({ port });
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

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await account.close();
};

try {
  await serve();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 1;
}
