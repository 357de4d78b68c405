import { isDeepStrictEqual } from 'node:util';
import type { SynthesizedStack } from '../local-account/deploy/assets.ts';
import { type Fault, faultsOf, nameOf } from './fault.ts';
import type { PlannedFault, RecordedCall } from './fault-plan.ts';
import type { FaultyAccount } from './faulty-account.ts';
import { claimsOf, failedInvocations, stateOf, toldFailures, watch } from './invariants.ts';
import type { Path } from './paths.ts';
import { createSmallAccount } from './small-account.ts';

type State = ReturnType<typeof stateOf>;

/** A path run once without a fault: its calls, what it wrote, and how it left the account. */
export type CleanRun = {
  readonly path: Path;
  readonly calls: readonly RecordedCall[];
  readonly writes: Parameters<typeof watch>[1];
  readonly afterAct: State;
  readonly afterAgain: State;
};

/** One cell of the matrix. */
export type Cell = { readonly clean: CleanRun; readonly planned: PlannedFault };

/**
 * What became of a cell: `absorbed`, the run ended as a clean one; `retried`, it did after AWS invoked a function
 * again; `told`, somebody can see that it failed; `broken`, what may never happen.
 */
export type Outcome = 'absorbed' | 'retried' | 'told' | 'broken';

/** A cell, and what was wrong where it is broken. */
export type Result = {
  readonly cell: Cell;
  readonly outcome: Outcome;
  readonly problems: readonly string[];
};

const withAccount = async <Value>(
  stack: SynthesizedStack,
  path: Path,
  run: (account: FaultyAccount) => Promise<Value>,
): Promise<Value> => {
  const account = await createSmallAccount(stack, path);
  try {
    await path.prepare(account);
    return await run(account);
  } finally {
    await account.close();
  }
};

/** Runs a path without a fault. */
export const runClean = (stack: SynthesizedStack, path: Path): Promise<CleanRun> =>
  withAccount(stack, path, async (account) => {
    const { breaches, writes } = watch(account);
    const before = [failedInvocations(account), toldFailures(account)].map(({ length }) => length);
    account.faults.begin();
    await path.act(account);
    const calls = account.faults.calls();
    account.faults.end();
    const afterAct = stateOf(account);
    await path.again(account);
    const problems = [
      ...breaches,
      ...failedInvocations(account).slice(before[0]),
      ...toldFailures(account).slice(before[1]),
    ];
    if (problems.length > 0)
      throw new Error(`expected a clean run of ${path.name}, got ${problems.join('; ')}`);
    return { path, calls, writes: [...writes], afterAct, afterAgain: stateOf(account) };
  });

/** Every cell of a path: each call, with each kind of fault, once and from there on. */
export const cellsOf = (clean: CleanRun): readonly Cell[] =>
  clean.calls.flatMap((call) =>
    faultsOf(call.operation).flatMap((fault: Fault) =>
      [false, true].map((always) => ({ clean, planned: { ...call, fault, always } })),
    ),
  );

/** How a cell is called. */
export const describeCell = ({ clean, planned }: Cell): string => {
  const { via, operation, nth, fault, always } = planned;
  return `${clean.path.name}: ${via} ${operation} ${nth}, ${nameOf(fault)}, ${always ? 'from there on' : 'once'}`;
};

const difference = (state: State, expected: State): string => {
  const parts = Object.keys(expected) as (keyof State)[];
  return parts
    .filter((part) => !isDeepStrictEqual(state[part], expected[part]))
    .map(
      (part) =>
        `${part}: expected ${JSON.stringify(expected[part])}, got ${JSON.stringify(state[part])}`,
    )
    .join('; ');
};

const countsOf = (account: FaultyAccount) => ({
  invocations: failedInvocations(account).length,
  told: toldFailures(account).length,
  claims: claimsOf(account).length,
});

/** Runs a cell, then the path again without a fault. */
export const runCell = (stack: SynthesizedStack, cell: Cell): Promise<Result> => {
  const { path, writes, afterAct, afterAgain } = cell.clean;
  return withAccount(stack, path, async (account) => {
    const { breaches } = watch(account, writes);
    const before = countsOf(account);
    account.faults.begin(cell.planned);
    await path.act(account);
    const met = account.faults.met();
    account.faults.end();
    const after = countsOf(account);
    const isTold = after.told > before.told;
    const state = stateOf(account);
    const unseen = isTold ? '' : difference(state, afterAct);
    const isActed = isDeepStrictEqual(state.keys, afterAct.keys);
    await path.again(account);
    const left = difference(stateOf(account), afterAgain);
    const last = countsOf(account);
    const problems = [
      ...breaches,
      ...(met === 0 ? ['the call was never made'] : []),
      ...(unseen === '' ? [] : [`nobody can see the failure: ${unseen}`]),
      ...(after.claims > before.claims && !isActed ? ['it says Acted of what is not so'] : []),
      ...(left === '' ? [] : [`the next run does not mend it: ${left}`]),
      ...(last.told > after.told || last.invocations > after.invocations
        ? ['the next run fails']
        : []),
    ];
    if (problems.length > 0) return { cell, outcome: 'broken', problems };
    const isRetried = after.invocations > before.invocations;
    return { cell, outcome: isTold ? 'told' : isRetried ? 'retried' : 'absorbed', problems };
  });
};
