import * as v from 'valibot';
import type { Call } from '../local-account/dispatch.ts';
import { serveAccount, THROTTLE } from './account.ts';
import type { Bundle } from './bundles.ts';
import { type Measure, runOnce } from './process.ts';

/** Measurements of one sweep. */
export type Sweep = Measure & {
  readonly results: number;
  readonly refused: number;
  /** Number of calls per operation. */
  readonly calls: Readonly<Record<string, number>>;
};

const Reported = v.object({ Evaluations: v.array(v.unknown()) });

const count = (calls: readonly Call[]): Pick<Sweep, 'calls' | 'results' | 'refused'> => {
  const counts: Record<string, number> = {};
  let results = 0;
  for (const { operation, input } of calls) {
    counts[operation] = (counts[operation] ?? 0) + 1;
    if (operation === 'PutEvaluations') results += v.parse(Reported, input).Evaluations.length;
  }
  return { calls: counts, results, refused: calls.filter(({ errorCode }) => errorCode).length };
};

/** Serves an account whose rule runs this bundle. */
const serve = async (node: string, bundle: Bundle, userCount: number) => {
  let measure: Measure | undefined;
  const account = await serveAccount(userCount, async (event, endpoint) => {
    measure = await runOnce(node, bundle, { event, endpoint });
  });
  return {
    ...account,
    measure: async (): Promise<Sweep> => {
      const before = account.calls.length;
      await account.sweep();
      if (measure === undefined) throw new Error('expected the function to be invoked');
      return { ...measure, ...count(account.calls.slice(before)) };
    },
  };
};

const expectResults = (what: string, sweep: Sweep, expected: number): Sweep => {
  if (sweep.results === expected) return sweep;
  throw new Error(`${what}: expected ${expected} results, got ${sweep.results}`);
};

/** Measures the naive sweep and four of ours: first, unchanged, 1 % changed, and throttled. */
export const measureSweeps = async (
  node: string,
  { rule, naive }: { readonly rule: Bundle; readonly naive: Bundle },
  userCount: number,
): Promise<Record<string, Sweep>> => {
  const naively = await serve(node, naive, userCount);
  const a = expectResults('naive', await naively.measure(), userCount);
  await naively.close();

  const ours = await serve(node, rule, userCount);
  const b = expectResults('first', await ours.measure(), userCount);
  const c = expectResults('nothing changed', await ours.measure(), 0);
  const changed = await ours.changeOnePercent();
  const d = expectResults('1 % changed', await ours.measure(), changed);
  await ours.close();

  const throttled = await serve(node, rule, userCount);
  throttled.faults.throttle(THROTTLE);
  const e = expectResults('throttled', await throttled.measure(), userCount);
  await throttled.close();
  return { naive: a, first: b, unchanged: c, 'one percent': d, throttled: e };
};
