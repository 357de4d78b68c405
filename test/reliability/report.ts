import { readTemplate, type SynthesizedStack } from '../local-account/deploy/synthesize.ts';
import { nameOf } from './fault.ts';
import { type Cell, type CleanRun, cellsOf, type Outcome } from './matrix.ts';

/** Number of cells of a path per outcome. */
type Outcomes = Readonly<Record<Outcome, number>>;

/** A path of the matrix with the outcomes of its cells, and the alarms that its reported failures raise. */
type Row = {
  readonly clean: CleanRun;
  readonly outcomes: Outcomes;
  readonly alarms: ReadonlySet<string>;
};

/** What a failure raises that leaves no dead letter: AWS Systems Manager shows the failed execution. */
const NO_ALARM = 'none: a failed execution';

/** Lists the alarms of a stack that watch a queue, with the logical id of the queue. */
const alarmsOf = (stack: SynthesizedStack) =>
  Object.values(readTemplate(stack).Resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .flatMap(({ Properties }) => {
      const { AlarmDescription, Dimensions } = Object(Properties);
      const [queue] = Object(Dimensions[0]?.Value)['Fn::GetAtt'] ?? [];
      const alarm = String(AlarmDescription).split(' ').at(-1) ?? '';
      return queue === undefined ? [] : [{ alarm, queue }];
    });

/**
 * Returns a function that names the alarm that the failures of a cell raise: the one that watches a queue with a dead
 * letter.
 *
 * @throws {Error} when no alarm watches such a queue
 */
export const createAlarmFor = (stack: SynthesizedStack) => {
  const alarms = alarmsOf(stack);
  return (failures: readonly string[]): string => {
    const queues = failures.filter((failure) => failure.includes('DeadLetter'));
    if (queues.length === 0) return NO_ALARM;
    const found = alarms.find(({ queue }) => queues.every((name) => name.includes(`-${queue}`)));
    if (found === undefined) throw new Error(`expected an alarm for ${queues.join()}, got none`);
    return found.alarm;
  };
};

const kindsOf = (cells: readonly Cell[]): readonly string[] => [
  ...new Set(cells.map(({ planned }) => nameOf(planned.fault))),
];

/** Formats the part of a row that a clean run determines. */
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

/** Formats the report of the whole matrix. */
export const reportOf = (rows: readonly Row[]): string => {
  const total = (outcome: Outcome) => sum(rows, ({ outcomes }) => outcomes[outcome]);
  const cells = sum(rows, ({ clean }) => cellsOf(clean).length);
  const calls = sum(rows, ({ clean }) => clean.calls.length);
  return `# Failures and their effects

\`npm run faults\` writes this page. \`npm test\` checks the number of cells and runs a sample of them.

The test runs each path through the stack, except automatic mode, in a small simulated account. A clean run has no fault. For each call of the clean run and each
kind of fault, there are two *cells*: one run in which only this call fails, and one in which all later calls of the same operation fail too. The faults are

* the errors in the API model of the operation, and the common errors of the service (access denied, expired token, throttling, internal failure, unavailable);
* faults of the connection: a reset or no response, before or after the call takes effect; a truncated, malformed, empty or slow response.

The simulated account includes the retries of Lambda, the queues and the dead letters. After the fault ends, the path runs again: on its schedule, or by \`EvaluateCommand\` or
the command of the runbook.

**Every cell meets these conditions**

* AWS Config receives no wrong result: no false COMPLIANT, NON_COMPLIANT or NOT_APPLICABLE.
* IAM receives only the planned write of the clean run. Every user that had an active key still has one.
* The run ends like a clean run, at once or after the queue delivers a message again (**absorbed**), or after AWS invokes a function again (**retried**).
  Otherwise, a dead letter or a failed step shows the failure (**reported**). The last column is the alarm that a dead letter starts
  ([what to do](operations.md#alarms)). A failed step starts no alarm. The person who started the runbook sees the failed execution.
* An execution or a notification reports success only if the key has changed.
* The next run succeeds. Afterwards, the keys, results and findings are those after two clean runs.

A cell that does not meet a condition is **broken**.

| path | calls | kinds | cells | absorbed | retried | reported | broken | alarm of a reported failure |
|---|--:|--:|--:|--:|--:|--:|--:|---|
${rows
  .map(
    ({ clean, outcomes: { absorbed, retried, reported, broken }, alarms }) =>
      `${sizeOf(clean)} ${absorbed} | ${retried} | ${reported} | ${broken} | ${[...alarms].toSorted().join(', ')} |`,
  )
  .join('\n')}
| all | ${calls} | | ${cells} | ${total('absorbed')} | ${total('retried')} | ${total('reported')} | ${total('broken')} | |

The next table counts the calls of all clean runs by their caller: a function, Systems Manager for a runbook, or a script of a runbook.

| by | operation | calls | kinds |
|---|---|--:|--:|
${operationsOf(rows).join('\n')}

**Limits of the matrix.** If a call of a script gets no response, the test resets the connection after ten seconds, because the replacement for boto3 has no read timeout.
\`test/rule/evaluation/time-limit.test.ts\` covers calls that hang. \`test/reliability/delivery.test.ts\` covers late, repeated and reordered deliveries.
\`test/remediation/automatic/handler.test.ts\` covers failures of automatic mode. No cell has two faults of different operations, or a fault of a call between AWS services.
`;
};
