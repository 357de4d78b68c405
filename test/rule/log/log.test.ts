import { describe, expect, it } from 'vitest';
import { createLogRun, type RunLog } from '../../../rule/log/log.ts';

/** Runs a function and returns its log line as text, and what the function threw. */
const lineOf = async (run: (log: RunLog) => Promise<unknown>) => {
  const lines: string[] = [];
  const logRun = createLogRun(
    (line) => void lines.push(line),
    () => ({ Throttles: 1, ListUsers: 2, GetUser: 1 }),
  );
  const thrown = await logRun('evaluated', run).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(lines).toHaveLength(1);
  const [text = ''] = lines;
  return { text, line: JSON.parse(text), thrown };
};

describe('the log line of a run', () => {
  it('contains the fields of the run, its calls and its duration', async () => {
    const { line } = await lineOf(async (log) => {
      log.add({ Users: 2, outcome: 'two\nlines' });
      log.add({ Users: 3 });
    });
    expect(line).toEqual({
      level: 'INFO',
      message: 'evaluated',
      Users: 3,
      outcome: 'two\nlines',
      ListUsers: 2,
      GetUser: 1,
      Throttles: 1,
      Duration: expect.any(Number),
    });
  });

  it('belongs to a run that returns its result', async () => {
    const logRun = createLogRun(
      () => {},
      () => ({ Throttles: 0 }),
    );
    expect(await logRun('evaluated', async () => 'result')).toBe('result');
  });

  it('has no character that a reader takes for the end of a line', async () => {
    const userNames = ['x\u2028\u2029\r\n'];
    const { text, line } = await lineOf(async (log) => log.add({ userNames }));
    expect(text).not.toMatch(/[\u2028\u2029\r\n]/);
    expect(line).toMatchObject({ userNames });
  });

  it.each([
    [new TypeError('no'), { errorType: 'TypeError', errorMessage: 'no' }],
    ['not an error', { errorType: 'string' }],
    [
      new Error('not authorized on access key AKIAIOSFODNN7EXAMPLE'),
      { errorType: 'Error', errorMessage: 'not authorized on access key ...MPLE' },
    ],
    [new Error('x '.repeat(500_000)), { errorType: 'Error', errorMessage: 'x '.repeat(500) }],
  ])('contains the error that the run throws (%#)', async (error, expected) => {
    const { line, thrown } = await lineOf(async (log) => {
      log.add({ Users: 3 });
      throw error;
    });
    expect(thrown).toBe(error);
    expect(line).toMatchObject({ level: 'ERROR', Users: 3, ...expected });
  });
});

describe('the line of a sweep', () => {
  it.each([0, 1])(
    'is the metric SuccessfulSweeps, %d, with the name of the rule',
    async (value) => {
      const { line } = await lineOf(async (log) => {
        log.add({ ConfigRuleName: 'rule', Users: 2, SuccessfulSweeps: value });
        log.add({ Users: 3 });
      });

      expect(line).toMatchObject({ ConfigRuleName: 'rule', Users: 3, ListUsers: 2, Throttles: 1 });
      expect(line.SuccessfulSweeps).toBe(value);
      expect(line._aws).toEqual({
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'IamUserSingleAccessKey',
            Dimensions: [['ConfigRuleName']],
            Metrics: [{ Name: 'SuccessfulSweeps', Unit: 'Count' }],
          },
        ],
      });
    },
  );

  it('is the only one that is a metric', async () => {
    const { line } = await lineOf(async (log) => log.add({ ConfigRuleName: 'rule', Users: 2 }));
    expect(line).not.toHaveProperty('_aws');
  });
});
