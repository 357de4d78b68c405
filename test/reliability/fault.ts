import { OPERATION_ERRORS, type OperationName, SERVICE_ERRORS } from './api-errors.ts';

/** What happens to a call: an error of the service, or a fault of the connection. */
export type Fault =
  | { readonly kind: 'refusal'; readonly code: string; readonly statusCode: number }
  | { readonly kind: WireFault };

/** Faults of the connection. Only with `before` is the call not carried out. */
export const WIRE_FAULTS = [
  'reset before',
  'reset after',
  'silence before',
  'silence after',
  'truncated',
  'malformed',
  'empty',
  'slow',
] as const;
export type WireFault = (typeof WIRE_FAULTS)[number];

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
