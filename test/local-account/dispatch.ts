import * as v from 'valibot';
import { type Call, ServiceError, type ServiceName } from './call.ts';
import type { Faults } from './faults.ts';

/** An operation of a service: parsed input in, the output's members out; throws `ServiceError`. */
export type Operation = (input: unknown, principal: string, region?: string) => unknown;

/** How a call ended: with an answer, or with an error of its service. */
export type Ending = { readonly output: unknown } | { readonly error: ServiceError };
type AnswerListener = (call: Call, ending: Ending) => void;

/** Makes an operation that takes exactly the members of `schema`: anything else is a ValidationException. */
export const operation =
  <Schema extends v.GenericSchema>(
    schema: Schema,
    run: (input: v.InferOutput<Schema>, principal: string, region?: string) => unknown,
    errorCode = 'ValidationException',
  ): Operation =>
  (input, principal, region) => {
    const parsed = v.safeParse(schema, input);
    if (parsed.success) return run(parsed.output, principal, region);
    const issue = parsed.issues[0];
    const where = v.getDotPath(issue) ?? 'input';
    throw new ServiceError(errorCode, `${where}: ${issue.message}`);
  };

/** Sends calls to services, recording every one; the single way into the account for wire, runbook and test. */
export const createDispatcher = (faults: Faults, now: () => Date) => {
  const services = new Map<ServiceName, Readonly<Record<string, Operation>>>();
  const calls: Call[] = [];
  const listeners: AnswerListener[] = [];
  const notify: AnswerListener = (call, ending) => {
    for (const listener of listeners) listener(call, ending);
  };

  const run = async (call: Call) => {
    await faults.apply(call);
    const found = services.get(call.service)?.[call.operation];
    if (found === undefined) {
      const message = `the local account has no ${call.service}:${call.operation}`;
      throw new ServiceError('UnknownOperationException', message, 404);
    }
    return found(call.input, call.principal, call.region);
  };

  return {
    calls: calls as readonly Call[],
    /** Calls `listener` for every call that a service has answered or refused. */
    onAnswer: (listener: AnswerListener) => void listeners.push(listener),
    register: (service: ServiceName, operations: Readonly<Record<string, Operation>>) => {
      services.set(service, { ...services.get(service), ...operations });
    },
    call: async (request: Omit<Call, 'at' | 'errorCode'>): Promise<unknown> => {
      const call = { ...request, at: now() };
      const index = calls.push(call) - 1;
      try {
        const output = await run(call);
        notify(call, { output });
        return output;
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        calls[index] = { ...call, errorCode: error.code };
        notify(call, { error });
        throw error;
      }
    },
  };
};

export type Dispatcher = ReturnType<typeof createDispatcher>;
