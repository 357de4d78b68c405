import { DefaultRateLimiter, isThrottlingError } from '@smithy/core/retry';
import type { RetryErrorInfo, RetryStrategyV2, RetryToken, SdkError } from '@smithy/types';

/** Milliseconds waited before the first retry at most; doubled for each further one up to the longest. */
const FIRST_DELAY = 200;

/** How often, how late and how fast a call is tried again. */
export type RetryOptions = {
  /** Attempts that a call gets: at a service that refuses every second call, one call in 16 million fails. @default 24 */
  readonly maximumAttempts?: number;
  /** Milliseconds waited before a retry at most. @default 2,000 */
  readonly longestDelay?: number;
  /**
   * Calls a second below which pacing never falls: random refusals would slow a sweep down past its Lambda's time.
   * @default 20
   */
  readonly minimumCallsPerSecond?: number;
};

const tokenOf = (retryCount: number, delay: number): RetryToken => ({
  getRetryCount: () => retryCount,
  getRetryDelay: () => delay,
});

const backoff = (retryCount: number, longest: number): number =>
  Math.random() * Math.min(longest, FIRST_DELAY * 2 ** retryCount);

/** The SDK takes this for throttling, but it is a limit that no wait of seconds lifts: one evaluation a minute, a quota. */
const isLimit = (error: unknown): boolean =>
  error instanceof Error && error.name === 'LimitExceededException';

/** The service refused a call because there were too many. */
export const isThrottled = (error: unknown): boolean =>
  error instanceof Error && isThrottlingError(error as SdkError) && !isLimit(error);

const isTransient = ({ errorType, error }: RetryErrorInfo): boolean =>
  (errorType === 'THROTTLING' || errorType === 'TRANSIENT') && !isLimit(error);

/**
 * Tries throttled and transient calls again, at the rate that the service turns out to admit.
 *
 * The SDK's own adaptive mode differs in two ways: its budget of retries is spent when a service keeps
 * refusing, and its pace has no floor; either ends a sweep of thousands of calls.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export const createRetryStrategy = ({
  maximumAttempts = 24,
  longestDelay = 2_000,
  minimumCallsPerSecond = 20,
}: RetryOptions = {}): RetryStrategyV2 => {
  const limiter = new DefaultRateLimiter({ minFillRate: minimumCallsPerSecond });
  return {
    acquireInitialRetryToken: async () => {
      await limiter.getSendToken();
      return tokenOf(0, 0);
    },
    refreshRetryTokenForRetry: async (token, errorInfo) => {
      limiter.updateClientSendingRate(errorInfo);
      const retryCount = token.getRetryCount() + 1;
      if (!isTransient(errorInfo) || retryCount >= maximumAttempts)
        throw errorInfo.error ?? new Error('no retry left');
      await limiter.getSendToken();
      return tokenOf(retryCount, backoff(retryCount - 1, longestDelay));
    },
    recordSuccess: () => limiter.updateClientSendingRate({}),
  };
};
