import { createRetryStrategy, type RetryOptions } from './retry-strategy.ts';

/** Milliseconds that an answer may take to begin, and to go on. */
const ANSWER_TIME = 20_000;

/** How a client is bound, in time and in what it tries again. */
type ConnectionOptions = RetryOptions & { readonly answerTime?: number | undefined };

/** What every client is made with: bounds in time, and retries at the rate that the service admits. */
export const connection = ({ answerTime = ANSWER_TIME, ...retries }: ConnectionOptions = {}) => ({
  retryStrategy: createRetryStrategy(retries),
  // Without bounds a call that hangs takes the whole sweep with it; one that runs out of time is tried again.
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: answerTime,
    throwOnRequestTimeout: true,
    // The request's time ends with the headers: this one is for a body that stops half-way.
    socketTimeout: answerTime,
  },
});
