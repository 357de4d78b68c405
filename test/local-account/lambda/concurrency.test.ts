import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createConcurrency } from './concurrency.ts';

/** Creates executions that end when the test says so. */
const setup = () => {
  const { run, runWhenFree } = createConcurrency();
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const execute = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve, reject) => {
      ends.set(name, (error) => (error ? reject(error) : resolve(name)));
    });
  };
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await setImmediate();
  };
  return { run, runWhenFree, begun, execute, end };
};
const limited = { FunctionName: 'limited', ReservedConcurrentExecutions: 2 };

describe('a function with reserved concurrency', () => {
  it('refuses a synchronous invocation beyond it, and accepts one after an end', async () => {
    const { run, execute, end } = setup();
    const first = run(limited, execute('a'));
    run(limited, execute('b'));

    expect(() => run(limited, execute('c'))).toThrow(
      expect.objectContaining({ code: 'TooManyRequestsException', statusCode: 429 }),
    );
    await end('a');
    expect(await first).toBe('a');
    run(limited, execute('d'));
    expect(() => run(limited, execute('e'))).toThrow('Rate Exceeded');
  });

  it('lets events wait in their order, also after a failure', async () => {
    const { runWhenFree, execute, begun, end } = setup();
    const events = ['a', 'b', 'c', 'd', 'e'].map((name) => runWhenFree(limited, execute(name)));
    const failure = expect(events[1]).rejects.toThrow('lost');
    await setImmediate();
    expect(begun).toEqual(['a', 'b']);
    await end('b', new Error('lost'));
    await failure;
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd', 'e']) await end(name);
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('of 0 runs nothing', () => {
    const { run, execute } = setup();
    const none = { ...limited, ReservedConcurrentExecutions: 0 };
    expect(() => run(none, execute('a'))).toThrow('Rate Exceeded');
  });

  it('does not limit other functions', async () => {
    const { run, runWhenFree, execute, begun } = setup();
    const other = { FunctionName: 'other', ReservedConcurrentExecutions: undefined };
    for (const name of ['a', 'b']) run(limited, execute(name));
    for (const name of ['c', 'd', 'e']) runWhenFree(other, execute(name));
    await setImmediate();
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
