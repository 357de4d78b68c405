import { describe, expect, it } from 'vitest';
import { createLogRun } from '../../rule/log.ts';

const createLog = () => {
  const lines: string[] = [];
  const logRun = createLogRun(
    (line) => void lines.push(line),
    () => ({ ListUsers: 2, GetUser: 1 }),
  );
  return { logRun, line: () => JSON.parse(lines.join('\n')) };
};

describe('the log line of a run', () => {
  it('has what the run says, its calls and its time, on one line', async () => {
    const { logRun, line } = createLog();
    const result = await logRun('evaluated', async (fields) => {
      Object.assign(fields, { users: 3, text: 'two\nlines' });
      return 'result';
    });
    expect(result).toBe('result');
    expect(line()).toEqual({
      level: 'INFO',
      message: 'evaluated',
      users: 3,
      text: 'two\nlines',
      calls: 3,
      callsByName: { ListUsers: 2, GetUser: 1 },
      milliseconds: expect.any(Number),
    });
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
    const run = logRun('evaluated', async (fields) => {
      fields['users'] = 3;
      throw thrown;
    });
    await expect(run).rejects.toBe(thrown);
    expect(line()).toMatchObject({ level: 'ERROR', users: 3, ...expected });
  });
});
