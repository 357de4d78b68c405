import * as v from 'valibot';
import { operation, ServiceError } from '../dispatch.ts';
import { createConcurrency } from './concurrency.ts';
import { createFunctions } from './functions.ts';
import {
  type Behaviour,
  createEvents,
  createInvocations,
  type InvocationDeps,
  type SendToQueue,
} from './invocations.ts';

/** The length of LogResult before encoding. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const LOG_RESULT_BYTES = 4096;

const Invoke = v.strictObject({
  FunctionName: v.pipe(v.string(), v.minLength(1), v.maxLength(170)),
  InvocationType: v.optional(v.literal('RequestResponse'), 'RequestResponse'),
  Payload: v.optional(v.string(), ''),
});

const parsePayload = (payload: string): unknown => {
  try {
    return JSON.parse(payload || '{}');
  } catch {
    const got = JSON.stringify(payload.slice(0, 40));
    const message = `Could not parse request body into json: expected JSON, got ${got}`;
    throw new ServiceError('InvalidRequestContentException', message);
  }
};

type LambdaDeps = Omit<InvocationDeps, 'arnOf'> & {
  readonly accountId: string;
  /** Sends a dead letter to a queue. @default no dead letter is sent */
  readonly sendToQueue?: SendToQueue;
};

/** Creates Lambda of one account and Region. */
export const createLambda = (deps: LambdaDeps) => {
  const arnOf = (name: string) =>
    `arn:aws:lambda:${deps.region}:${deps.accountId}:function:${name}`;
  const functions = createFunctions(arnOf);
  const invocations = createInvocations({ ...deps, arnOf });

  const concurrency = createConcurrency();

  const invoke = (nameOrArn: string, event: unknown, invoker: string) => {
    const configuration = functions.named(nameOrArn);
    return concurrency.run(configuration, () => invocations.run(configuration, event, invoker));
  };
  const invokeWhenFree = async (nameOrArn: string, event: unknown, invoker: string) => {
    const configuration = functions.named(nameOrArn);
    const execute = () => invocations.run(configuration, event, invoker);
    return concurrency.runWhenFree(configuration, execute);
  };

  const answer = async (input: v.InferOutput<typeof Invoke>, principal: string) => {
    const event = parsePayload(input.Payload);
    const { result, lines } = await invoke(input.FunctionName, event, principal);
    const log = Buffer.from(lines.join('\n')).subarray(-LOG_RESULT_BYTES);
    return { StatusCode: 200, ...result, LogResult: log.toString('base64') };
  };

  return {
    operations: { Invoke: operation(Invoke, answer) },
    functions,
    /**
     * Invokes a function synchronously; `invoker` is the principal that invokes it.
     *
     * @throws {ServiceError} TooManyRequestsException when its reserved concurrency is used up
     */
    invoke,
    ...createEvents(functions, invokeWhenFree, deps.sendToQueue),
    invocations: invocations.record,
    /** Replaces the code of a function by a behaviour; `undefined` restores the code. */
    override: (nameOrArn: string, behaviour: Behaviour | undefined) => {
      const { FunctionName } = functions.named(nameOrArn);
      if (behaviour === undefined) invocations.behaviours.delete(FunctionName);
      else invocations.behaviours.set(FunctionName, behaviour);
    },
    close: invocations.close,
  };
};

export type Lambda = ReturnType<typeof createLambda>;
