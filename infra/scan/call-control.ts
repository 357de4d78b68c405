import { setTimeout } from 'node:timers/promises';
import { STSClient } from '@aws-sdk/client-sts';
import { type CountCalls, connection } from '../../rule/aws/clients.ts';

/** The connections of a client. */
type RequestHandler = STSClient['config']['requestHandler'];

/** How a scan makes its calls. */
export type CallOptions = {
  /** @default - connections of its own */
  readonly requestHandler?: RequestHandler | undefined;
  /** Ends the scan: when it aborts, every call fails with its reason. @default - never */
  readonly signal?: AbortSignal | undefined;
  /** The highest rate of IAM calls in the account, retries included. @default - the rate that IAM allows */
  readonly callsPerSecond?: number | undefined;
};

/** Sockets to one endpoint. The accounts have the same endpoints. */
const maxSockets = 400;

/** Creates connections that the clients of all accounts share. They close when the signal aborts. */
export const createConnections = (signal: AbortSignal): RequestHandler => {
  const agent = { keepAlive: true, maxSockets };
  const { requestHandler } = new STSClient({
    requestHandler: { ...connection().requestHandler, httpAgent: agent, httpsAgent: agent },
  }).config;
  signal.addEventListener('abort', () => requestHandler.destroy?.());
  return requestHandler;
};

/**
 * Returns a function that makes every attempt of a client wait for its turn, and fail after the signal has aborted. A turn comes
 * after the turn before, so the rate is never higher, not even after a pause.
 */
export const createCallControl = ({
  signal,
  callsPerSecond,
}: Pick<CallOptions, 'signal' | 'callsPerSecond'>): CountCalls => {
  let turn: Promise<void> = Promise.resolve();
  const takeTurn = (milliseconds: number): Promise<void> => {
    const own = turn;
    turn = own.then(() => setTimeout(milliseconds));
    return own;
  };
  return ({ middlewareStack }) =>
    middlewareStack.add(
      (next) => async (args) => {
        if (callsPerSecond !== undefined) await takeTurn(1000 / callsPerSecond);
        signal?.throwIfAborted();
        return next(args);
      },
      { step: 'finalizeRequest', name: 'controlCalls' },
    );
};
