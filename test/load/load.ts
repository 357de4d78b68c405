import { createBundles } from '../bench/bundles.ts';
import { showTable } from '../bench/show.ts';
import { type Refusals, sweepUnderLoad } from './sweep.ts';

/** IAM allows 5,000 users, each with two keys. */
const USERS = 5_000;

/** The limits of a sweep: the timeout of a Lambda function in seconds, and memory in MB. */
const [LONGEST_SECONDS, LARGEST_MEGABYTES] = [900, 150];

/** The speed of the account's time. With speed 1, the run takes 15 minutes. */
const speed = Number(process.argv[2] ?? 5);

const { rule } = await createBundles();
const kinds: readonly Refusals[] = ['half at random', 'token bucket'];
const rows = [];
const breaches: string[] = [];
for (const refusals of kinds) {
  const loaded = await sweepUnderLoad(rule, { userCount: USERS, refusals, speed });
  const { seconds, peakMegabytes, calls, refused, wrong } = loaded;
  const share = `${Math.round((100 * refused) / calls)} %`;
  rows.push([
    refusals,
    seconds.toFixed(0),
    peakMegabytes.toFixed(0),
    String(calls),
    share,
    String(wrong),
  ]);
  if (!(seconds <= LONGEST_SECONDS))
    breaches.push(`${refusals}: expected ${LONGEST_SECONDS} seconds at most, got ${seconds}`);
  if (!(peakMegabytes <= LARGEST_MEGABYTES))
    breaches.push(`${refusals}: expected ${LARGEST_MEGABYTES} MB at most, got ${peakMegabytes}`);
  if (wrong > 0)
    breaches.push(`${refusals}: expected every result to be right, got ${wrong} wrong`);
}

console.log(
  `${USERS} users with ${2 * USERS} keys, Node ${process.version}, time ${speed} times as fast`,
);
showTable([
  ['refused', 'seconds', 'peak MB', 'calls', 'of them refused', 'wrong results'],
  ...rows,
]);
for (const breach of breaches) console.error(breach);
process.exitCode = breaches.length > 0 ? 1 : 0;
