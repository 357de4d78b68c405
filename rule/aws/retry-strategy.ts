import { DefaultRateLimiter, isThrottlingError } from '@smithy/core/retry';
import type { RetryErrorInfo, RetryStrategyV2, RetryToken, SdkError } from '@smithy/types';

/** The most milliseconds before the first retry. They double with each retry up to `longestDelay`. */
const FIRST_DELAY = 200;

/** The number, the delay and the rate of retries. */
export type RetryOptions = {
  /** Attempts of a call. If a service refuses every second call, one call in 16 million fails. @default 24 */
  readonly maximumAttempts?: number;
  /** The most milliseconds before a retry. @default 2,000 */
  readonly longestDelay?: number;
  /**
   * The lowest rate to which throttling can slow down the calls, in calls a second. Without it, a sweep can take longer than
   * its function may run.
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

/** The SDK classifies this error as throttling, but a wait of seconds does not help: it reports a quota. */
const isLimit = (error: unknown): boolean =>
  error instanceof Error && error.name === 'LimitExceededException';

/** Tells whether the service refused a call because there were too many. */
export const isThrottled = (error: unknown): boolean =>
  error instanceof Error && isThrottlingError(error as SdkError) && !isLimit(error);

const isTransient = ({ errorType, error }: RetryErrorInfo): boolean =>
  (errorType === 'THROTTLING' || errorType === 'TRANSIENT') && !isLimit(error);

/**
 * Creates a strategy that retries throttled and transient calls at the rate that the service accepts.
 *
 * The adaptive mode of the SDK has a limited budget of retries and no lowest rate. Both can end a sweep of thousands of
 * calls.
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
