import { nameOf } from './fault.ts';
import { type Cell, type CleanRun, cellsOf, type Outcome } from './matrix.ts';

/** How many cells of a path ended how. */
export type Outcomes = Readonly<Record<Outcome, number>>;

/** One path of the matrix, and what became of its cells. */
export type Row = { readonly clean: CleanRun; readonly outcomes: Outcomes };

const kindsOf = (cells: readonly Cell[]): readonly string[] => [
  ...new Set(cells.map(({ planned }) => nameOf(planned.fault))),
];

/** The part of a row that a clean run tells: the path, its calls, the kinds of faults, the cells. */
export const sizeOf = (clean: CleanRun): string => {
  const cells = cellsOf(clean);
  return `| ${clean.path.name} | ${clean.calls.length} | ${kindsOf(cells).length} | ${cells.length} |`;
};

const operationsOf = (rows: readonly Row[]): readonly string[] => {
  const counted = new Map<string, readonly [calls: number, kinds: number]>();
  for (const { clean } of rows)
    for (const { via, operation } of clean.calls) {
      const name = `${via} | ${operation}`;
      const [calls] = counted.get(name) ?? [0];
      const cells = cellsOf(clean).filter(
        ({ planned }) => planned.via === via && planned.operation === operation,
      );
      counted.set(name, [calls + 1, kindsOf(cells).length]);
    }
  return Array.from(
    counted,
    ([name, [calls, kinds]]) => `| ${name} | ${calls} | ${kinds} |`,
  ).toSorted();
};

const sum = (rows: readonly Row[], of: (row: Row) => number) =>
  rows.reduce((total, row) => total + of(row), 0);

/** The report of a whole run, the same for the same results. */
export const reportOf = (rows: readonly Row[]): string => {
  const total = (outcome: Outcome) => sum(rows, ({ outcomes }) => outcomes[outcome]);
  const cells = sum(rows, ({ clean }) => cellsOf(clean).length);
  const calls = sum(rows, ({ clean }) => clean.calls.length);
  return `# What fails, and what then happens

Written by \`npm run faults\`; \`npm test\` holds its size and runs a sample of it.

Each way through the stack is run in a small local account, once for every cell: the k-th call of a clean run, with every kind of fault that its
call may meet, once or on every call of that operation from there on. The kinds are the errors that the API model names for the
operation, those that every operation of the service has (no right, an expired token, too many calls, a failure, unavailable), and the wire's: reset
before or after the call was done, no answer before or after, an answer cut in half, none that can be read, one without members, a slow one.
Lambda's retries, queues and dead letters take part; then the fault is over, and what comes next runs: the schedule, \`EvaluateCommand\`, or the
runbook's command again.

**What holds in every cell**

* AWS Config is told nothing of a user that is not true of its keys at that moment: no false COMPLIANT or NOT_APPLICABLE, and no false NON_COMPLIANT.
* No key is written but the one of the clean run's plan, with the same call; no user that had an active key is left without one.
* The run ends as a clean one, by itself or with a message that its queue gives again (**absorbed**), or because AWS invoked a function again after its error (**retried**); or a dead letter or a
  failed step stays, which tells that it did not (**told**).
* No execution says Acted, and no message of the topic does, unless the key is as that says.
* The next run fails no more, and leaves keys, results and findings as two clean runs do.

A cell where one of these does not hold is **broken**.

| way | calls | kinds | cells | absorbed | retried | told | broken |
|---|--:|--:|--:|--:|--:|--:|--:|
${rows
  .map(
    ({ clean, outcomes: { absorbed, retried, told, broken } }) =>
      `${sizeOf(clean)} ${absorbed} | ${retried} | ${told} | ${broken} |`,
  )
  .join('\n')}
| all | ${calls} | | ${cells} | ${total('absorbed')} | ${total('retried')} | ${total('told')} | ${total('broken')} |

Who calls what, in all clean runs together: a function, Systems Manager for a runbook, or a script of a runbook.

| by | operation | calls | kinds |
|---|---|--:|--:|
${operationsOf(rows).join('\n')}

**What the matrix does not have.** A script's call that is never answered ends after ten seconds of the script in a reset, as the stand-in for boto3 does not give up by itself. A
body that stops half-way without a reset is in \`test/rule/evaluation/time-limit.test.ts\`. Two faults of different calls in one run, and faults of AWS's own
calls between its services, are in no cell; duplicates and other orders of deliveries are in \`test/reliability/delivery.test.ts\`.
`;
};
