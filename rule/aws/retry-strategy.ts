import { DefaultRateLimiter, isThrottlingError } from '@smithy/core/retry';
import type { RetryErrorInfo, RetryStrategyV2, RetryToken, SdkError } from '@smithy/types';

/** The longest delay before the first retry, in milliseconds. It doubles with each retry, up to `longestDelay`. */
const FIRST_DELAY = 200;

/** The number, the delays and the rate of retries. */
export type RetryOptions = {
  /** Attempts per call. If a service throttles half of all attempts, one call in 16 million fails. @default 24 */
  readonly maximumAttempts?: number;
  /** The longest delay before a retry, in milliseconds. @default 2,000 */
  readonly longestDelay?: number;
  /**
   * The lowest rate of calls per second. Without it, random throttling would slow a sweep down beyond its timeout.
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

/**
 * Tells whether the error is a limit per minute or a quota. The SDK treats it as throttling, but a retry within seconds
 * cannot succeed.
 */
const isLimit = (error: unknown): boolean =>
  error instanceof Error && error.name === 'LimitExceededException';

/** Tells whether the service refused a call because of its rate. */
export const isThrottled = (error: unknown): boolean =>
  error instanceof Error && isThrottlingError(error as SdkError) && !isLimit(error);

const isTransient = ({ errorType, error }: RetryErrorInfo): boolean =>
  (errorType === 'THROTTLING' || errorType === 'TRANSIENT') && !isLimit(error);

/**
 * Creates a retry strategy for throttled and transient errors that adapts to the rate that the service allows.
 *
 * The adaptive mode of the SDK has a retry budget, which continuous throttling exhausts, and no lowest rate. Either can make
 * a sweep of thousands of calls fail.
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
