import { parseArgs } from 'node:util';
import { printWrapped, runScript, UsageError } from '../../infra/command-line.ts';
import { createBundles } from '../bench/bundles.ts';
import { showTable } from '../bench/show.ts';
import { type Refusals, sweepUnderLoad } from './sweep.ts';

const USAGE = `npm run load -- [speed]

Sweeps an account of 5,000 users, in which IAM refuses many calls, and checks
the time, the memory and the results. The speed, 5 by default, shortens the
waiting: with 1, the run takes 15 minutes.`;

/** IAM allows 5,000 users, each with two keys. */
const USERS = 5_000;

/** The limits of a sweep: the timeout of a Lambda function in seconds, and memory in MB. */
const [LONGEST_SECONDS, LARGEST_MEGABYTES] = [900, 150];

const KINDS: readonly Refusals[] = ['half at random', 'token bucket'];

/** Reads how many times faster than real time the account's time runs. */
const readSpeed = (): number => {
  const [text = '5'] = parseArgs({ allowPositionals: true }).positionals;
  if (Number(text) > 0) return Number(text);
  throw new UsageError(`the speed must be a number above 0, got ${JSON.stringify(text)}`);
};

type Loaded = Awaited<ReturnType<typeof sweepUnderLoad>>;

const breachesOf = ({ seconds, peakMegabytes, wrong }: Loaded): readonly string[] => [
  ...(seconds <= LONGEST_SECONDS
    ? []
    : [`expected ${LONGEST_SECONDS} seconds at most, got ${seconds}`]),
  ...(peakMegabytes <= LARGEST_MEGABYTES
    ? []
    : [`expected ${LARGEST_MEGABYTES} MB at most, got ${peakMegabytes}`]),
  ...(wrong === 0 ? [] : [`expected every result to be right, got ${wrong} wrong`]),
];

const rowOf = (refusals: Refusals, loaded: Loaded): readonly string[] => {
  const { seconds, peakMegabytes, calls, refused, wrong } = loaded;
  const share = `${Math.round((100 * refused) / calls)} %`;
  return [
    refusals,
    ...[seconds.toFixed(0), peakMegabytes.toFixed(0), String(calls), share, String(wrong)],
  ];
};

await runScript(USAGE, async () => {
  const speed = readSpeed();
  const { rule } = await createBundles();
  const rows = [['refused', 'seconds', 'peak MB', 'calls', 'of them refused', 'wrong results']];
  const breaches: string[] = [];
  for (const refusals of KINDS) {
    const loaded = await sweepUnderLoad(rule, { userCount: USERS, refusals, speed });
    rows.push([...rowOf(refusals, loaded)]);
    breaches.push(...breachesOf(loaded).map((breach) => `${refusals}: ${breach}`));
  }
  const account = `${USERS} users with ${2 * USERS} keys`;
  printWrapped(`${account}, Node ${process.version}, time ${speed} times as fast`);
  showTable(rows);
  for (const breach of breaches) console.error(breach);
  process.exitCode = breaches.length > 0 ? 1 : 0;
});
