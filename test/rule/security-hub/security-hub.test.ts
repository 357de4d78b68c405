import type { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecurityHub } from '../../../rule/security-hub/security-hub.ts';
import { findingSettings } from '../../support/findings.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The retry strategy of the client that Security Hub is called with. */
const strategyOf = async () => {
  const clients: unknown[] = [];
  createSecurityHub(findingSettings.place, (client) => void clients.push(client));
  const [client] = clients as SecurityHubClient[];
  const strategy = await client?.config.retryStrategy();
  if (strategy === undefined || !('refreshRetryTokenForRetry' in strategy))
    throw new Error('expected a client with a retry strategy');
  return strategy;
};

describe('calls of Security Hub', () => {
  it('are paced at three a second once one was throttled, as GetFindings admits no more', async () => {
    const strategy = await strategyOf();
    const first = await strategy.acquireInitialRetryToken('');
    const refreshed = strategy.refreshRetryTokenForRetry(first, {
      errorType: 'THROTTLING',
      error: Object.assign(new Error('Too many'), { name: 'TooManyRequestsException' }) as never,
    });
    await vi.advanceTimersByTimeAsync(60_000);
    await refreshed;
    let admitted = 0;
    const calls = Array.from({ length: 40 }, async () => {
      await strategy.acquireInitialRetryToken('');
      admitted += 1;
    });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(admitted).toBeGreaterThanOrEqual(6);
    expect(admitted).toBeLessThanOrEqual(12);
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(calls);
  });
});
