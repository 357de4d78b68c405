import type { Call } from '../local-account/dispatch.ts';
import type { OperationName } from './api-errors.ts';
import type { Fault } from './fault.ts';

/** Who calls: one of our functions, a script of a runbook, or Systems Manager for a runbook. */
export type Via = 'function' | 'script' | 'runbook';

/** One call of a run: the `nth`, from 1, of its operation by such a caller. */
export type RecordedCall = {
  readonly via: Via;
  readonly operation: OperationName;
  readonly nth: number;
};

/** A call that meets a fault, and with `always` all of the same operation after it. */
export type PlannedFault = RecordedCall & { readonly fault: Fault; readonly always: boolean };

/** Counts the calls of a run, and lets one of them meet a fault. */
export const createFaultPlan = () => {
  let [isRunning, planned] = [false, undefined as PlannedFault | undefined];
  const calls: RecordedCall[] = [];
  let met = 0;

  return {
    /** Counts anew from now on. */
    begin: (next?: PlannedFault) => {
      [isRunning, planned, met] = [true, next, 0];
      calls.length = 0;
    },
    /** From now on nothing is counted, and nothing fails. */
    end: () => {
      [isRunning, planned] = [false, undefined];
    },
    /** The calls since the beginning. */
    calls: (): readonly RecordedCall[] => [...calls],
    /** How many calls met the fault. */
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
