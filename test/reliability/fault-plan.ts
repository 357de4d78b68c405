import type { Call } from '../local-account/dispatch.ts';
import type { OperationName } from './api-errors.ts';
import type { Fault } from './fault.ts';

/** The caller: a function, a script of a runbook, or Systems Manager for a runbook. */
export type Via = 'function' | 'script' | 'runbook';

/** A call of a run: the `nth` call, from 1, of an operation by a caller. */
export type RecordedCall = {
  readonly via: Via;
  readonly operation: OperationName;
  readonly nth: number;
};

/** A call that meets a fault. With `always`, all later calls of the operation meet it too. */
export type PlannedFault = RecordedCall & { readonly fault: Fault; readonly always: boolean };

/** Counts the calls of a run and injects a fault into one of them. */
export const createFaultPlan = () => {
  let [isRunning, planned] = [false, undefined as PlannedFault | undefined];
  const calls: RecordedCall[] = [];
  let met = 0;

  return {
    /** Starts to count, with a fault if there is one. */
    begin: (next?: PlannedFault) => {
      [isRunning, planned, met] = [true, next, 0];
      calls.length = 0;
    },
    /** Stops to count and to inject the fault. */
    end: () => {
      [isRunning, planned] = [false, undefined];
    },
    /** The calls since `begin`. */
    calls: (): readonly RecordedCall[] => [...calls],
    /** The number of calls that met the fault. */
    met: () => met,
    meet: (
      via: Via,
      { service, operation: name }: Pick<Call, 'service' | 'operation'>,
    ): Fault | undefined => {
      if (!isRunning) return undefined;
      const operation = `${service}:${name}` as OperationName;
      const isSame = (other: Omit<RecordedCall, 'nth'>) =>
        other.via === via && other.operation === operation;
      const nth = 1 + calls.filter(isSame).length;
      calls.push({ via, operation, nth });
      if (planned === undefined || !isSame(planned)) return undefined;
      if (planned.always ? nth < planned.nth : nth !== planned.nth) return undefined;
      met += 1;
      return planned.fault;
    },
  };
};

export type Faults = ReturnType<typeof createFaultPlan>;
