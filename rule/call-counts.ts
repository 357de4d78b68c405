import type { ConfigServiceClient } from '@aws-sdk/client-config-service';
import type { IAMClient } from '@aws-sdk/client-iam';
import { isThrottled } from './retry-strategy.ts';

/** Attempts of API calls by name, `ListUsers`, retries included; `Throttles` counts those refused as too many. */
export type CallCounts = { Throttles: number; [api: string]: number };

/** A client's stack of middleware, as far as counting needs it. */
type Counted = Pick<IAMClient | ConfigServiceClient, 'middlewareStack'>;

/** Counts every attempt of every call of these clients; each asking gives the counts since the last. */
export const countCalls = (clients: readonly Counted[]): (() => CallCounts) => {
  let counts: CallCounts = { Throttles: 0 };
  for (const { middlewareStack } of clients)
    middlewareStack.add(
      (next, context) => async (args) => {
        const name = String(context['commandName']).replace(/Command$/, '');
        counts[name] = (counts[name] ?? 0) + 1;
        try {
          return await next(args);
        } catch (error) {
          if (isThrottled(error)) counts.Throttles += 1;
          throw error;
        }
      },
      { step: 'finalizeRequest', name: 'countCalls' },
    );
  return () => {
    const taken = counts;
    counts = { Throttles: 0 };
    return taken;
  };
};
