import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runScript } from '../../infra/command-line.ts';
import { cellsOf, describeCell, type Outcome, runCell, runClean } from './matrix.ts';
import { PATHS } from './paths.ts';
import { createAlarmFor, reportOf } from './report.ts';
import { synthesizeReliable } from './small-account.ts';
import { giveTimeBack, takeTime } from './virtual-time.ts';

Object.assign(process.env, {
  CDK_VALIDATION: 'false',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

const USAGE = `npm run faults

Runs each path through the stack once per fault, on all cores, and writes
docs/reliability.md.`;

const REPORT = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
const SELF = fileURLToPath(import.meta.url);

/** The outcome of a cell that a child process reports. */
type Reported = {
  readonly path: string;
  readonly outcome: Outcome;
  readonly failures: readonly string[];
  readonly problems: string;
};

const cleanRuns = async () => {
  const stack = synthesizeReliable();
  takeTime();
  const runs = [];
  for (const path of PATHS) runs.push(await runClean(stack, path));
  return { stack, runs };
};

/** Runs a share of the cells and reports each to the parent process. */
const runShare = async (share: number, of: number): Promise<void> => {
  const { stack, runs } = await cleanRuns();
  const cells = runs.flatMap(cellsOf).filter((_, index) => index % of === share);
  for (const cell of cells) {
    const { outcome, failures, problems } = await runCell(stack, cell);
    const reported: Reported = {
      path: cell.clean.path.name,
      outcome,
      failures,
      problems: problems.length === 0 ? '' : `${describeCell(cell)}\n  ${problems.join('\n  ')}`,
    };
    process.send?.(reported);
  }
  process.disconnect();
};

const startShare = (share: number, of: number, take: (reported: Reported) => void) =>
  new Promise<void>((resolve, reject) => {
    const child = fork(SELF, [String(share), String(of)]);
    child.on('message', (message) => take(message as Reported));
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`expected share ${share} to end, got ${code}`)),
    );
  });

/** Runs the whole matrix on all cores, prints the report and writes docs/reliability.md. */
const runAll = async (): Promise<void> => {
  const { stack, runs } = await cleanRuns();
  giveTimeBack();
  const reported: Reported[] = [];
  const count = runs.flatMap(cellsOf).length;
  const take = (one: Reported) => {
    reported.push(one);
    if (one.problems !== '') console.log(one.problems);
    if (reported.length % 500 === 0) console.log(`${reported.length} of ${count}`);
  };
  const processes = availableParallelism();
  await Promise.all(
    Array.from({ length: processes }, (_, share) => startShare(share, processes, take)),
  );
  if (reported.length !== count) throw new Error(`expected ${count} cells, got ${reported.length}`);
  const alarmFor = createAlarmFor(stack);
  const rows = runs.map((clean) => {
    const ofPath = reported.filter(({ path }) => path === clean.path.name);
    const number = (outcome: Outcome) => ofPath.filter((one) => one.outcome === outcome).length;
    const outcomes = {
      ...{ absorbed: number('absorbed'), retried: number('retried') },
      ...{ reported: number('reported'), broken: number('broken') },
    };
    const failed = ofPath.filter(({ outcome }) => outcome === 'reported');
    return { clean, outcomes, alarms: new Set(failed.map(({ failures }) => alarmFor(failures))) };
  });
  writeFileSync(REPORT, reportOf(rows));
  const broken = reported.filter(({ outcome }) => outcome === 'broken').length;
  console.log(`docs/reliability.md: ${count} cells, ${broken} of them broken`);
  process.exitCode = broken > 0 ? 1 : 0;
};

await runScript(USAGE, async () => {
  // The processes of the shares get two numbers.
  const [share, of] = parseArgs({ allowPositionals: true }).positionals.map(Number);
  await (share === undefined || of === undefined ? runAll() : runShare(share, of));
});
