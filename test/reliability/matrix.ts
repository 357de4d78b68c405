import { isDeepStrictEqual } from 'node:util';
import type { SynthesizedStack } from '../local-account/deploy/synthesize.ts';
import { type Fault, faultsOf, nameOf, type PlannedFault, type RecordedCall } from './fault.ts';
import type { FaultyAccount } from './faulty-account.ts';
import { claimsOf, failedInvocations, reportedFailures, stateOf, watch } from './invariants.ts';
import type { Path } from './paths.ts';
import { createSmallAccount } from './small-account.ts';

type State = ReturnType<typeof stateOf>;

/** A run of a path without a fault: its calls, its writes, and the states after it. */
export type CleanRun = {
  readonly path: Path;
  readonly calls: readonly RecordedCall[];
  readonly writes: Parameters<typeof watch>[1];
  readonly afterAct: State;
  readonly afterAgain: State;
};

/** A cell of the matrix: a path and a planned fault. */
export type Cell = { readonly clean: CleanRun; readonly planned: PlannedFault };

/**
 * The outcome of a cell. `absorbed`: the run ended like a clean run. `retried`: it did so after AWS invoked a function
 * again. `reported`: a failed step or a dead letter shows the failure. `broken`: an invariant does not hold.
 */
export type Outcome = 'absorbed' | 'retried' | 'reported' | 'broken';

/** The outcome of a cell, with the problems of a broken one. */
export type Result = {
  readonly cell: Cell;
  readonly outcome: Outcome;
  /** The failed steps and the names of the queues with dead letters that show the failure. */
  readonly failures: readonly string[];
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
    const before = [failedInvocations(account), reportedFailures(account)].map(
      ({ length }) => length,
    );
    account.faults.begin();
    await path.act(account);
    const calls = account.faults.calls();
    account.faults.end();
    const afterAct = stateOf(account);
    await path.again(account);
    const problems = [
      ...breaches,
      ...failedInvocations(account).slice(before[0]),
      ...reportedFailures(account).slice(before[1]),
    ];
    if (problems.length > 0)
      throw new Error(`expected a clean run of ${path.name}, got ${problems.join('; ')}`);
    return { path, calls, writes: [...writes], afterAct, afterAgain: stateOf(account) };
  });

/** Returns every cell of a path: each call with each fault, once and always. */
export const cellsOf = (clean: CleanRun): readonly Cell[] =>
  clean.calls.flatMap((call) =>
    faultsOf(call.operation).flatMap((fault: Fault) =>
      [false, true].map((always) => ({ clean, planned: { ...call, fault, always } })),
    ),
  );

/** Describes a cell in one line. */
export const describeCell = ({ clean, planned }: Cell): string => {
  const { via, operation, nth, fault, always } = planned;
  return `${clean.path.name}: ${via} ${operation} ${nth}, ${nameOf(fault)}, ${always ? 'always' : 'once'}`;
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
  reported: reportedFailures(account).length,
  claims: claimsOf(account).length,
});

/** Runs a cell, and then the path again without a fault. */
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
    const failures = reportedFailures(account).slice(before.reported);
    const isReported = failures.length > 0;
    const state = stateOf(account);
    const unseen = isReported ? '' : difference(state, afterAct);
    const isActed = isDeepStrictEqual(state.keys, afterAct.keys);
    await path.again(account);
    const left = difference(stateOf(account), afterAgain);
    const last = countsOf(account);
    const problems = [
      ...breaches,
      ...(met === 0 ? ['the call was never made'] : []),
      ...(unseen === '' ? [] : [`the failure is not reported: ${unseen}`]),
      ...(after.claims > before.claims && !isActed ? ['it claims success without a change'] : []),
      ...(left === '' ? [] : [`the next run does not repair it: ${left}`]),
      ...(last.reported > after.reported || last.invocations > after.invocations
        ? ['the next run fails']
        : []),
    ];
    if (problems.length > 0) return { cell, outcome: 'broken', failures, problems };
    const isRetried = after.invocations > before.invocations;
    return {
      cell,
      outcome: isReported ? 'reported' : isRetried ? 'retried' : 'absorbed',
      failures,
      problems,
    };
  });
};
