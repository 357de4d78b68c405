import type { Call } from '../local-account/dispatch.ts';
import { OPERATION_ERRORS, type OperationName, SERVICE_ERRORS } from './api-errors.ts';

/** What happens to a call: an error of the service, or a fault of the connection. */
export type Fault =
  | { readonly kind: 'refusal'; readonly code: string; readonly statusCode: number }
  | { readonly kind: WireFault };

/** Faults of the connection. Only with `before` is the call not carried out. */
const WIRE_FAULTS = [
  'reset before',
  'reset after',
  'silence before',
  'silence after',
  'truncated',
  'malformed',
  'empty',
  'slow',
] as const;
type WireFault = (typeof WIRE_FAULTS)[number];

/** The name of a fault in the report. */
export const nameOf = (fault: Fault): string =>
  fault.kind === 'refusal' ? fault.code : fault.kind;

/** Every fault that a call of an operation can meet. */
export const faultsOf = (operation: OperationName): readonly Fault[] => {
  const [service = ''] = operation.split(':');
  const refusals = [
    ...SERVICE_ERRORS[service as keyof typeof SERVICE_ERRORS],
    ...OPERATION_ERRORS[operation],
  ];
  const byCode = new Map(refusals.map((refusal) => [refusal.code, refusal]));
  return [
    ...Array.from(byCode.values(), (refusal): Fault => ({ kind: 'refusal', ...refusal })),
    ...WIRE_FAULTS.map((kind): Fault => ({ kind })),
  ];
};

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
