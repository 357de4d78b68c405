import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { inRealTime, type SlowDown } from '../clock.ts';
import { ServiceError } from '../dispatch.ts';
import type { CallingService } from '../request.ts';
import type { MessageAttributes } from '../sqs/message.ts';
import {
  createExecutionEnvironments,
  type ExecutionEnvironmentDeps,
  type FunctionAnswer,
} from './execution-environment.ts';
import type { FunctionConfiguration, Functions } from './functions.ts';

/** An event that failed every attempt; `TargetArn` is the dead-letter queue of the function, if it has one. */
type DeadLetter = Pick<Invocation, 'functionName' | 'event' | 'result'> & {
  readonly TargetArn: string | undefined;
};

/**
 * One attempt and two retries. Lambda waits between them, the account does not. An attempt starts when the function has a
 * free execution: a throttled event returns to the queue of Lambda and loses no attempt.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const ASYNCHRONOUS_ATTEMPTS = 3;

type Invoke = (functionArn: string, event: unknown, invoker: string) => Promise<Invocation>;

/** Sends a message to the queue with this ARN. */
export type SendToQueue = (
  queueArn: string,
  message: { readonly Body: string; readonly MessageAttributes: MessageAttributes },
) => void;

const MAX_ERROR_MESSAGE_BYTES = 1024;
const ErrorPayload = v.object({ errorMessage: v.string() });

/**
 * Builds the message of a dead letter: the event and the error of the last attempt.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
const toMessage = ({ event, requestId, result }: Invocation) => {
  const { errorMessage } = v.parse(ErrorPayload, JSON.parse(result.Payload));
  const message = Buffer.from(errorMessage).subarray(0, MAX_ERROR_MESSAGE_BYTES).toString();
  return {
    Body: JSON.stringify(event),
    MessageAttributes: {
      RequestID: { DataType: 'String', StringValue: requestId },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: message },
    },
  };
};

const invokeUntilDone = async (invoke: () => Promise<Invocation>) => {
  let invocation = await invoke();
  for (let made = 1; made < ASYNCHRONOUS_ATTEMPTS && invocation.result.FunctionError; made += 1)
    invocation = await invoke();
  return invocation;
};

/** Creates asynchronous invocation by services, with retries and dead letters. */
export const createEvents = (functions: Functions, invoke: Invoke, send?: SendToQueue) => {
  const deadLetters: DeadLetter[] = [];

  return {
    deadLetters: deadLetters as readonly DeadLetter[],
    /**
     * Invokes a function as a service does. An event that fails three attempts becomes a dead letter, not an error.
     *
     * @throws {ServiceError} AccessDeniedException when the resource policy does not allow the service
     */
    invokeEvent: async (functionArn: string, event: unknown, service: CallingService) => {
      const { Principal, SourceArn } = service;
      if (!functions.isInvocableBy(functionArn, service)) {
        const message = `${Principal} (${SourceArn}) is not allowed to invoke ${functionArn}`;
        throw new ServiceError('AccessDeniedException', message, 403);
      }
      const last = await invokeUntilDone(() => invoke(functionArn, event, Principal));
      const { functionName, result } = last;
      if (result.FunctionError === undefined) return;
      const { deadLetterTargetArn: TargetArn } = functions.named(functionArn);
      deadLetters.push({ functionName, event, result, TargetArn });
      if (TargetArn !== undefined) send?.(TargetArn, toMessage(last));
    },
  };
};

/** A completed invocation; `invoker` is the name of a role, `operator`, or a service. */
export type Invocation = {
  readonly requestId: string;
  readonly functionName: string;
  readonly event: unknown;
  readonly invoker: string;
  readonly result: Omit<FunctionAnswer, 'lines'>;
  /** The lines that the function logged. */
  readonly lines: readonly string[];
};

/** A test's replacement of a function's code; an error that it throws is the error of the function. */
export type Behaviour = (event: unknown) => unknown;

/** What invocations need from the account. */
export type InvocationDeps = ExecutionEnvironmentDeps & {
  readonly arnOf: (functionName: string) => string;
  /** The clock that functions see. @default the system clock */
  readonly now?: (() => Date) | undefined;
  /** Slows the account's time down while a process runs. @default real time */
  readonly slowDown?: SlowDown | undefined;
};

const runBehaviour = async (behaviour: Behaviour, event: unknown): Promise<FunctionAnswer> => {
  try {
    return { Payload: JSON.stringify((await behaviour(event)) ?? null), lines: [] };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const Payload = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
    return { FunctionError: 'Unhandled', Payload, lines: [] };
  }
};

/** Creates the invocations: runs functions and records every invocation. */
export const createInvocations = (deps: InvocationDeps) => {
  const { slowDown = inRealTime, now = () => new Date() } = deps;
  const behaviours = new Map<string, Behaviour>();
  const record: Invocation[] = [];
  const environments = createExecutionEnvironments(deps);

  const runCode = async (
    configuration: FunctionConfiguration,
    event: unknown,
    awsRequestId: string,
  ) => {
    const environment = environments.take(configuration);
    const answer = await environment.invoke({
      event: JSON.stringify(event),
      context: {
        awsRequestId,
        functionName: configuration.FunctionName,
        functionVersion: '$LATEST',
        invokedFunctionArn: deps.arnOf(configuration.FunctionName),
        memoryLimitInMB: String(configuration.MemorySize),
      },
      timeoutSeconds: configuration.Timeout,
      now: now(),
    });
    environments.giveBack(configuration, environment);
    return answer;
  };

  return {
    record: record as readonly Invocation[],
    behaviours,
    run: async (configuration: FunctionConfiguration, event: unknown, invoker: string) => {
      const { FunctionName: functionName } = configuration;
      const requestId = randomUUID();
      const behaviour = behaviours.get(functionName);
      const { lines, ...result } = await (behaviour
        ? runBehaviour(behaviour, event)
        : slowDown(() => runCode(configuration, event, requestId)));
      const invocation: Invocation = { requestId, functionName, event, invoker, result, lines };
      record.push(invocation);
      return invocation;
    },
    /** Ends the processes of all functions. */
    close: environments.close,
  };
};
