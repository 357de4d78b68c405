import { describe, expect, it } from 'vitest';
import { createLogRun } from '../../rule/log.ts';

const createLog = () => {
  const lines: string[] = [];
  const logRun = createLogRun(
    (line) => void lines.push(line),
    () => ({ Throttles: 1, ListUsers: 2, GetUser: 1 }),
  );
  return { logRun, line: () => JSON.parse(lines.join('\n')) };
};

describe('the log line of a run', () => {
  it('has what the run says, its calls and its time, on one line', async () => {
    const { logRun, line } = createLog();
    const result = await logRun('evaluated', async ({ fields }) => {
      Object.assign(fields, { users: 3, text: 'two\nlines' });
      return 'result';
    });
    expect(result).toBe('result');
    expect(line()).toEqual({
      level: 'INFO',
      message: 'evaluated',
      users: 3,
      text: 'two\nlines',
      ListUsers: 2,
      GetUser: 1,
      Throttles: 1,
      Duration: expect.any(Number),
    });
  });

  it('is a source of metrics when the run measures something: all its numbers, by the name of the rule', async () => {
    const { logRun, line } = createLog();
    const before = Date.now();
    await logRun('evaluated', async ({ fields, metrics }) => {
      Object.assign(fields, { ConfigRuleName: 'rule' });
      Object.assign(metrics, { Users: 3 });
    });
    const { _aws, ...members } = line();
    expect(members).toMatchObject({ ConfigRuleName: 'rule', Users: 3, ListUsers: 2, Throttles: 1 });
    expect(_aws.Timestamp).toBeGreaterThanOrEqual(before);
    expect(_aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'IamUserSingleAccessKey',
        Dimensions: [['ConfigRuleName']],
        Metrics: [
          { Name: 'Users', Unit: 'Count' },
          { Name: 'Duration', Unit: 'Milliseconds' },
          { Name: 'Throttles', Unit: 'Count' },
          { Name: 'ListUsers', Unit: 'Count' },
          { Name: 'GetUser', Unit: 'Count' },
        ],
      },
    ]);
    for (const { Name } of _aws.CloudWatchMetrics[0].Metrics)
      expect(members[Name], Name).toEqual(expect.any(Number));
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
    const run = logRun('evaluated', async ({ fields }) => {
      fields['users'] = 3;
      throw thrown;
    });
    await expect(run).rejects.toBe(thrown);
    expect(line()).toMatchObject({ level: 'ERROR', users: 3, ...expected });
  });
});
