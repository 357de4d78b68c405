import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { readTemplate, type SynthesizedStack } from '../local-account/deploy/synthesize.ts';
import { type Cell, type CleanRun, cellsOf, describeCell, runCell, runClean } from './matrix.ts';
import { PATHS } from './paths.ts';
import { createAlarmFor, sizeOf } from './report.ts';
import { synthesizeReliable } from './small-account.ts';
import { giveTimeBack, takeTime } from './virtual-time.ts';

/** Number of sampled cells per path. `FAULT_CELLS=20 npx vitest run test/reliability` runs more. */
const CELLS_OF_A_PATH = Number(process.env['FAULT_CELLS'] ?? 3);

/** The seed of the sample. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_260_131);

let stack: SynthesizedStack;
const runs: CleanRun[] = [];
beforeAll(async () => {
  stack = synthesizeReliable();
  takeTime();
  for (const path of PATHS) runs.push(await runClean(stack, path));
  giveTimeBack();
}, 180_000);
const inVirtualTime = async <Value>(run: () => Promise<Value>): Promise<Value> => {
  takeTime();
  return run().finally(giveTimeBack);
};
afterEach(giveTimeBack);
afterAll(giveTimeBack);

describe('docs/reliability.md', () => {
  const report = readFileSync(`${REPOSITORY}docs/reliability.md`, 'utf8');

  it('lists every path with its current number of calls, kinds and cells', () => {
    const rows = report
      .split('\n')
      .filter((line) => /^\| [^|]+ \| \d+ \| \d+ \| \d+ \| \d+ /.test(line));
    expect(rows).toHaveLength(runs.length);
    for (const [index, clean] of runs.entries())
      expect(rows[index]?.startsWith(sizeOf(clean)), `${rows[index]} is ${sizeOf(clean)}`).toBe(
        true,
      );
  });

  it('contains every cell, and no broken one', () => {
    const cells = runs.flatMap(cellsOf).length;
    const [, all, absorbed, retried, reported, broken] =
      /^\| all \| \d+ \| \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| \|$/m
        .exec(report)
        ?.map(Number) ?? [];
    expect(all).toBe(cells);
    expect(Number(absorbed) + Number(retried) + Number(reported)).toBe(cells);
    expect(broken).toBe(0);
  });
});

describe('the matrix', () => {
  it('covers every kind of caller and every write of a runbook', () => {
    const calls = runs.flatMap((clean) => clean.calls);
    expect(new Set(calls.map(({ via }) => via))).toEqual(
      new Set(['function', 'runbook', 'script']),
    );
    const writes = calls.filter(({ via }) => via === 'runbook').map(({ operation }) => operation);
    expect(writes).toEqual(expect.arrayContaining(['iam:UpdateAccessKey', 'iam:DeleteAccessKey']));
  });
});

describe('a sampled cell', () => {
  it('is never broken, and raises the alarm that docs/reliability.md names', async () => {
    const sample = runs.flatMap((clean): Cell[] => {
      const cells = cellsOf(clean);
      return fc.sample(fc.constantFrom(...cells), { seed: SEED, numRuns: CELLS_OF_A_PATH });
    });
    const results = await inVirtualTime(async () => {
      const all = [];
      for (const cell of sample) all.push(await runCell(stack, cell));
      return all;
    });
    const problems = results.flatMap(({ cell, problems }) =>
      problems.map((problem) => `${describeCell(cell)}: ${problem}`),
    );
    expect(problems).toEqual([]);
    const report = readFileSync(`${REPOSITORY}docs/reliability.md`, 'utf8').split('\n');
    const alarmFor = createAlarmFor(stack);
    for (const { cell, outcome, failures } of results) {
      const { name } = cell.clean.path;
      const row = report.find((line) => line.startsWith(`| ${name} |`));
      if (outcome === 'reported') expect(row, name).toContain(` ${alarmFor(failures)} |`);
    }
    expect(new Set(results.map(({ outcome }) => outcome)).size).toBeGreaterThan(1);
  }, 120_000);
});

describe('the alarm of a failure', () => {
  it('is the one that watches the queue of the dead letter, and none for a failed step', () => {
    const alarmFor = createAlarmFor(stack);
    const queue = Object.keys(readTemplate(stack).Resources).find((id) =>
      /^DeadLetterQueue\w{8}$/.test(id),
    );
    expect(alarmFor([`IamUserSingleAccessKey-${queue}-1A2B`])).toBe('DeadLetters');
    expect(alarmFor(['Verify'])).toBe('none: a failed execution');
    expect(() => alarmFor(['Stack-OtherDeadLetterQueue-1A2B'])).toThrow('expected an alarm');
  });
});

describe('the matrix detects', () => {
  /** Returns the cell of a path in which calls of an operation are denied. */
  const refused = (name: string, operation: string, always: boolean): Cell => {
    const clean = runs.find(({ path }) => path.name === name);
    const found =
      clean &&
      cellsOf(clean).find(
        ({ planned }) =>
          planned.operation === operation &&
          planned.always === always &&
          planned.fault.kind === 'refusal' &&
          planned.fault.code.startsWith('AccessDenied'),
      );
    if (found === undefined) throw new Error(`expected a cell of ${operation}`);
    return found;
  };
  const problemsOf = async (cell: Cell, change: Partial<CleanRun['path']>) => {
    const { clean, planned } = cell;
    const path = { ...clean.path, ...change };
    const { outcome, problems } = await inVirtualTime(() =>
      runCell(stack, { clean: { ...clean, path }, planned }),
    );
    expect(outcome).toBe('broken');
    return problems.join('\n');
  };
  const SWEEP = 'iam-user-single-access-key: sweep';

  it('a failure that is not reported', async () => {
    const { clean, planned } = refused(SWEEP, 'iam:ListUsers', true);
    const problems = await problemsOf(
      { clean, planned },
      {
        act: async (account) => {
          account.lose('RuleEvaluator');
          await clean.path.act(account);
          account.faults.meet('function', { service: 'iam', operation: 'ListUsers' });
          account.lose();
        },
      },
    );
    expect(problems).toContain('the failure is not reported: results');
  });

  it('a failure that the next run does not repair', async () => {
    const cell = refused(SWEEP, 'config:PutEvaluations', true);
    expect(await problemsOf(cell, { again: async () => {} })).toContain(
      'does not repair it: results',
    );
  });

  it('a next run that fails', async () => {
    const cell = refused(SWEEP, 'config:PutEvaluations', true);
    const problems = await problemsOf(cell, {
      again: async (account) => {
        account.faults.begin(cell.planned);
        await cell.clean.path.again(account);
      },
    });
    expect(problems).toContain('the next run fails');
  });

  it('a wrong result', async () => {
    const cell = refused(SWEEP, 'iam:ListUsers', false);
    const problems = await problemsOf(cell, {
      act: async (account) => {
        // IAM does not list one of alice's keys.
        const keys = account.iam.users.get('alice')?.keys ?? [];
        const { ListAccessKeys } = account.iam.operations;
        account.register('iam', {
          ListAccessKeys: (input, principal) => {
            const kept = keys.splice(1, 1);
            const answer = ListAccessKeys?.(input, principal);
            keys.splice(1, 0, ...kept);
            return answer;
          },
        });
        await cell.clean.path.act(account);
      },
    });
    expect(problems).toMatch(/reported COMPLIANT for AIDA\w+, expected NON_COMPLIANT/);
  });

  it('an unplanned write, and a user without an active key', async () => {
    const cell = refused('DeactivateAccessKey', 'iam:ListUsers', true);
    const problems = await problemsOf(cell, {
      act: async (account) => {
        for (const { AccessKeyId } of account.iam.users.get('alice')?.keys ?? [])
          await account.call({
            ...{ service: 'iam', operation: 'UpdateAccessKey', principal: 'somebody' },
            input: { UserName: 'alice', AccessKeyId, Status: 'Inactive' },
          });
      },
    });
    expect(problems).toMatch(/somebody wrote .*, which is not planned/);
    expect(problems).toContain('alice has no active key');
    expect(problems).toContain('the call was never made');
  });

  it('an execution that claims success without a change', async () => {
    const cell = refused('DeactivateAccessKey', 'iam:UpdateAccessKey', true);
    const problems = await problemsOf(cell, {
      act: async (account) => {
        await cell.clean.path.act(account);
        const input = {
          ...{ TopicArn: 'arn:aws:sns:us-east-1:123456789012:keys', Message: 'a claim' },
          Subject: 'Access key deactivated',
          'MessageAttributes.entry.1.Name': 'event',
          'MessageAttributes.entry.1.Value.DataType': 'String',
          'MessageAttributes.entry.1.Value.StringValue': 'DEACTIVATED',
        };
        await account.call({ service: 'sns', operation: 'Publish', input, principal: 'operator' });
      },
    });
    expect(problems).toContain('it claims success without a change');
  });
});
