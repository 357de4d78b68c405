import type { MiddlewareStack } from '@smithy/types';
import { isThrottled } from './retry-strategy.ts';

/** Attempts of API calls by name, `ListUsers`, retries included; `Throttles` counts those refused as too many. */
export type CallCounts = { Throttles: number; [api: string]: number };

/** Counts every attempt of every call of a client from now on. */
export type CountCalls = <Input extends object, Output extends object>(client: {
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}) => void;

/** Counts the calls of clients; each asking gives the counts since the last. */
export const createCallCounts = (): {
  readonly countCalls: CountCalls;
  readonly takeCalls: () => CallCounts;
} => {
  let counts: CallCounts = { Throttles: 0 };
  return {
    countCalls: ({ middlewareStack }) =>
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
      ),
    takeCalls: () => {
      const taken = counts;
      counts = { Throttles: 0 };
      return taken;
    },
  };
};
