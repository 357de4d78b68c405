import { describe, expect, it } from 'vitest';
import { createLogRun } from '../../../rule/log/log.ts';

const createLog = () => {
  const lines: string[] = [];
  const logRun = createLogRun(
    (line) => void lines.push(line),
    () => ({ Throttles: 1, ListUsers: 2, GetUser: 1 }),
  );
  return { logRun, line: () => JSON.parse(lines.join('\n')) };
};

describe('the log line of a run', () => {
  it('has 1,000 characters of an error, however much that says', async () => {
    const { logRun, line } = createLog();
    const fail = async () => {
      throw new Error('x '.repeat(500_000));
    };
    await expect(logRun('evaluated', fail)).rejects.toThrow('x x');
    expect(line()).toMatchObject({ level: 'ERROR', errorMessage: 'x '.repeat(500) });
  });

  it('has what the run says, its calls and its time, on one line', async () => {
    const { logRun, line } = createLog();
    const result = await logRun('evaluated', async (log) => {
      log.add({ Users: 3, outcome: 'two\nlines' });
      return 'result';
    });
    expect(result).toBe('result');
    expect(line()).toEqual({
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

  it('has no character that a reader could take for its end', async () => {
    const lines: string[] = [];
    const logRun = createLogRun(
      (line) => void lines.push(line),
      () => ({ Throttles: 0 }),
    );
    const userNames = ['x\u2028\u2029\r\n'];
    await logRun('key events', async (log) => log.add({ userNames }));
    expect(lines).toEqual([expect.not.stringMatching(/[\u2028\u2029\r\n]/)]);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ userNames });
  });

  const measure = async (measuresCalls: boolean) => {
    const { logRun, line } = createLog();
    await logRun('evaluated', async (log) => {
      log.add({ ConfigRuleName: 'rule' });
      log.measure({ Users: 3, EventToEvaluation: 9 });
      if (measuresCalls) log.measureCalls();
    });
    return line();
  };
  const metricsOf = ({ _aws }: Awaited<ReturnType<typeof measure>>) =>
    _aws.CloudWatchMetrics[0].Metrics.map((metric: { Name: string; Unit: string }) => [
      metric.Name,
      metric.Unit,
    ]);

  it('is a source of metrics when the run measures something, by the name of the rule', async () => {
    const before = Date.now();
    const line = await measure(false);
    expect(line).toMatchObject({ ConfigRuleName: 'rule', Users: 3, ListUsers: 2, Throttles: 1 });
    expect(line._aws.Timestamp).toBeGreaterThanOrEqual(before);
    expect(line._aws.CloudWatchMetrics).toMatchObject([
      { Namespace: 'IamUserSingleAccessKey', Dimensions: [['ConfigRuleName']] },
    ]);
    expect(metricsOf(line)).toEqual([
      ['Users', 'Count'],
      ['EventToEvaluation', 'Milliseconds'],
    ]);
  });

  it('has its time and its calls among the metrics when it is told to', async () => {
    const line = await measure(true);
    expect(metricsOf(line)).toEqual([
      ['Users', 'Count'],
      ['EventToEvaluation', 'Milliseconds'],
      ['Duration', 'Milliseconds'],
      ['Throttles', 'Count'],
      ['ListUsers', 'Count'],
      ['GetUser', 'Count'],
    ]);
    for (const [name] of metricsOf(line)) expect(line[name], name).toEqual(expect.any(Number));
  });

  it('is no source of metrics when the run measures nothing', async () => {
    const { logRun, line } = createLog();
    await logRun('evaluated', async () => {});
    expect(line()).not.toHaveProperty('_aws');
  });

  it.each([
    [new TypeError('no'), { errorType: 'TypeError', errorMessage: 'no' }],
    ['no error at all', { errorType: 'string' }],
    [
      new Error('not authorized on access key AKIAIOSFODNN7EXAMPLE'),
      { errorType: 'Error', errorMessage: 'not authorized on access key ...MPLE' },
    ],
  ])('has the error that ended the run, and the run throws it: %s', async (thrown, expected) => {
    const { logRun, line } = createLog();
    const run = logRun('evaluated', async (log) => {
      log.add({ Users: 3 });
      throw thrown;
    });
    await expect(run).rejects.toBe(thrown);
    expect(line()).toMatchObject({ level: 'ERROR', Users: 3, ...expected });
  });
});
