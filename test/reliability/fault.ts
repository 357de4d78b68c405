import { OPERATION_ERRORS, type OperationName, SERVICE_ERRORS } from './api-errors.ts';

/** What becomes of a call: a refusal of its service, or something that no service means to send. */
export type Fault =
  | { readonly kind: 'refusal'; readonly code: string; readonly statusCode: number }
  | { readonly kind: WireFault };

/** `before`, the call was not done; all others: it was. */
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

/** How a fault is called in the report. */
export const nameOf = (fault: Fault): string =>
  fault.kind === 'refusal' ? fault.code : fault.kind;

/** Every kind of fault that a call may meet: what its API names, what every API of its service names, what the wire does. */
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
