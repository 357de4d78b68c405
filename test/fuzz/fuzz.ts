import { TARGETS } from './all.ts';
import { fuzz } from './target.ts';

const numberOf = (name: string, standard: number): number => {
  const number = Number(process.env[name] ?? standard);
  if (Number.isSafeInteger(number)) return number;
  throw new Error(`${name}: expected a whole number, got ${process.env[name]}`);
};

/** Cases per target whose share is 1. */
const RUNS = numberOf('FUZZ_RUNS', 1_000);

/** The same seed gives the same cases. */
const SEED = numberOf('PROPERTY_SEED', 20_260_131);

Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'RULE',
  AWS_SECRET_ACCESS_KEY: 'any',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

const only = process.argv.slice(2);
let cases = 0;
let failed = 0;
for (const target of TARGETS) {
  if (only.length > 0 && !only.some((name) => target.name.includes(name))) continue;
  const runs = Math.ceil(RUNS * (target.share ?? 1));
  const startedAt = performance.now();
  try {
    const { accepted, refused } = await fuzz(target, { runs, seed: SEED });
    const classes = Object.entries(refused).map(([name, count]) => `${name} ${count}`);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      `${target.name}: ${runs} cases, ${seconds} s: accepted ${accepted}; ${classes.join(', ') || 'none refused'}`,
    );
  } catch (error) {
    failed += 1;
    console.error(`${target.name}: FAILED: ${error instanceof Error ? error.message : error}`);
  }
  cases += runs;
}
const peak = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(`${cases} cases of seed ${SEED}; peak memory ${peak} MB; ${failed} targets failed`);
process.exitCode = failed > 0 ? 1 : 0;
