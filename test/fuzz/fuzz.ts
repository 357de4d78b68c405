import { parseArgs } from 'node:util';
import { printWrapped, runScript, UsageError } from '../../infra/command-line.ts';
import { TARGETS } from './all.ts';
import { fuzz } from './target.ts';

const USAGE = `npm run fuzz -- [part of the name of a target ...]

Runs the fuzz targets, all or the named ones, with the cases of a seed:
FUZZ_RUNS=1000 PROPERTY_SEED=20260131 npm run fuzz`;

const numberOf = (name: string, standard: number): number => {
  const number = Number(process.env[name] ?? standard);
  if (Number.isSafeInteger(number)) return number;
  throw new UsageError(`${name}: expected a whole number, got ${process.env[name]}`);
};

Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'RULE',
  AWS_SECRET_ACCESS_KEY: 'any',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

await runScript(USAGE, async () => {
  /** Cases per target whose share is 1. */
  const runsOfShare = numberOf('FUZZ_RUNS', 1_000);
  /** The same seed gives the same cases. */
  const seed = numberOf('PROPERTY_SEED', 20_260_131);
  const { positionals: only } = parseArgs({ allowPositionals: true });
  let cases = 0;
  let failed = 0;
  for (const target of TARGETS) {
    if (only.length > 0 && !only.some((name) => target.name.includes(name))) continue;
    const runs = Math.ceil(runsOfShare * (target.share ?? 1));
    const startedAt = performance.now();
    try {
      const { accepted, refused } = await fuzz(target, { runs, seed });
      const classes = Object.entries(refused).map(([name, count]) => `${name} ${count}`);
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      printWrapped(
        `${target.name}: ${runs} cases, ${seconds} s: accepted ${accepted}; ${classes.join(', ') || 'none refused'}`,
      );
    } catch (error) {
      failed += 1;
      console.error(`${target.name}: FAILED: ${error instanceof Error ? error.message : error}`);
    }
    cases += runs;
  }
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${cases} cases of seed ${seed}; peak memory ${peak} MB; ${failed} targets failed`);
  process.exitCode = failed > 0 ? 1 : 0;
});
