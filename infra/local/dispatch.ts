import * as v from 'valibot';
import { type Call, ServiceError, type ServiceName } from './call.ts';
import type { Faults } from './faults.ts';

/** An operation of a service: parsed input in, the output's members out; throws `ServiceError`. */
export type Operation = (input: unknown, principal: string) => unknown;

/** Makes an operation that takes exactly the members of `schema`: anything else is a ValidationException. */
export const operation =
  <Schema extends v.GenericSchema>(
    schema: Schema,
    run: (input: v.InferOutput<Schema>, principal: string) => unknown,
    errorCode = 'ValidationException',
  ): Operation =>
  (input, principal) => {
    const parsed = v.safeParse(schema, input);
    if (parsed.success) return run(parsed.output, principal);
    const issue = parsed.issues[0];
    const where = v.getDotPath(issue) ?? 'input';
    throw new ServiceError(errorCode, `${where}: ${issue.message}`);
  };

/** Sends calls to services, recording every one; the single way into the account for wire, runbook and test. */
export const createDispatcher = (faults: Faults, now: () => Date) => {
  const services = new Map<ServiceName, Readonly<Record<string, Operation>>>();
  const calls: Call[] = [];

  const run = async (call: Call) => {
    await faults.apply(call);
    const found = services.get(call.service)?.[call.operation];
    if (found === undefined) {
      const message = `the local account has no ${call.service}:${call.operation}`;
      throw new ServiceError('UnknownOperationException', message, 404);
    }
    return found(call.input, call.principal);
  };

  return {
    calls: calls as readonly Call[],
    register: (service: ServiceName, operations: Readonly<Record<string, Operation>>) => {
      services.set(service, { ...services.get(service), ...operations });
    },
    call: async (request: Omit<Call, 'at' | 'errorCode'>): Promise<unknown> => {
      const call = { ...request, at: now() };
      const index = calls.push(call) - 1;
      try {
        return await run(call);
      } catch (error) {
        if (error instanceof ServiceError) calls[index] = { ...call, errorCode: error.code };
        throw error;
      }
    },
  };
};

export type Dispatcher = ReturnType<typeof createDispatcher>;
