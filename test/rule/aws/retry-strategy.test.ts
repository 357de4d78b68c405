import type { RetryErrorInfo, RetryToken, SdkError } from '@smithy/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRetryStrategy, isThrottled } from '../../../rule/aws/retry-strategy.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const serviceError = (name: string) => Object.assign(new Error(name), { name }) as SdkError;
const throttled: RetryErrorInfo = { errorType: 'THROTTLING', error: serviceError('Throttling') };

/** Advances the fake clock until a strategy has waited. */
const inTime = async <Result>(waiting: Promise<Result>): Promise<Result> => {
  const settled = waiting.finally(() => undefined);
  settled.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  return settled;
};

/** Retries one call until the strategy gives up. */
const retryToEnd = async (errorInfo: RetryErrorInfo) => {
  const strategy = createRetryStrategy();
  let token: RetryToken = await strategy.acquireInitialRetryToken('');
  const delays: number[] = [];
  for (;;) {
    try {
      token = await inTime(strategy.refreshRetryTokenForRetry(token, errorInfo));
      delays.push(token.getRetryDelay());
    } catch (error) {
      return { delays, error };
    }
  }
};

describe('isThrottled', () => {
  it.each([
    ['Throttling', true],
    ['ThrottlingException', true],
    ['TooManyRequestsException', true],
    ['LimitExceededException', false],
    ['AccessDenied', false],
  ])('%s: %j', (name, expected) => {
    expect(isThrottled(serviceError(name))).toBe(expected);
  });

  it('is false for a value that is not an error', () =>
    expect(isThrottled('Throttling')).toBe(false));
});

describe('the retry strategy', () => {
  it('attempts a throttled call 24 times, then throws the error of the service', async () => {
    const { delays, error } = await retryToEnd(throttled);
    expect(delays).toHaveLength(23);
    expect(error).toBe(throttled.error);
  });

  it('waits a random time with a limit that doubles up to 2 s', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const { delays } = await retryToEnd(throttled);
    expect(delays.slice(0, 5).map(Math.round)).toEqual([200, 400, 799, 1598, 1998]);
    expect(Math.max(...delays)).toBeLessThan(2_000);
    vi.spyOn(Math, 'random').mockReturnValue(0);
    expect((await retryToEnd(throttled)).delays).toEqual(delays.map(() => 0));
  });

  it('does not retry LimitExceededException, which the SDK classifies as throttling', async () => {
    const error = serviceError('LimitExceededException');
    expect(await retryToEnd({ errorType: 'THROTTLING', error })).toEqual({ delays: [], error });
  });

  it.each(['CLIENT_ERROR', 'SERVER_ERROR'] as const)('does not retry a %s', async (errorType) => {
    const error = serviceError('AccessDenied');
    expect(await retryToEnd({ errorType, error })).toEqual({ delays: [], error });
  });

  it('retries a transient failure', async () => {
    expect((await retryToEnd({ errorType: 'TRANSIENT' })).delays).toHaveLength(23);
  });

  it('does not delay calls while nothing is throttled', async () => {
    const strategy = createRetryStrategy();
    for (let call = 0; call < 1_000; call += 1)
      strategy.recordSuccess(await strategy.acquireInitialRetryToken(''));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('limits the rate after a throttled call, to 20 calls a second or more', async () => {
    const strategy = createRetryStrategy();
    const first = await strategy.acquireInitialRetryToken('');
    await inTime(strategy.refreshRetryTokenForRetry(first, throttled));
    let admitted = 0;
    const calls = Array.from({ length: 100 }, async () => {
      await strategy.acquireInitialRetryToken('');
      admitted += 1;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(admitted).toBeGreaterThanOrEqual(20);
    expect(admitted).toBeLessThan(60);
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all(calls);
  });
});
