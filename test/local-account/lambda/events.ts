import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import type { MessageAttributes } from '../sqs/message.ts';
import type { Functions, InvokingService } from './functions.ts';
import type { Invocation } from './invocations.ts';

/** An event that failed every attempt; `TargetArn` is the function's dead-letter queue, where it has one. */
type DeadLetter = Pick<Invocation, 'functionName' | 'event' | 'result'> & {
  readonly TargetArn: string | undefined;
};

/**
 * One attempt and two retries; the account does not wait between them, Lambda does.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const ASYNCHRONOUS_ATTEMPTS = 3;

type Invoke = (functionArn: string, event: unknown, invoker: string) => Promise<Invocation>;

/** Sends a message to the queue of this ARN. */
export type SendToQueue = (
  queueArn: string,
  message: { readonly Body: string; readonly MessageAttributes: MessageAttributes },
) => void;

const MOST_OF_AN_ERROR_MESSAGE = 1024;
const ErrorPayload = v.object({ errorMessage: v.string() });

/**
 * A dead letter: the event, and what Lambda says of its last attempt.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
const toMessage = ({ event, requestId, result }: Invocation) => {
  const { errorMessage } = v.parse(ErrorPayload, JSON.parse(result.Payload));
  const message = Buffer.from(errorMessage).subarray(0, MOST_OF_AN_ERROR_MESSAGE).toString();
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

/** The way of services into functions: asynchronous, with retries. */
export const createEvents = (functions: Functions, invoke: Invoke, send?: SendToQueue) => {
  const deadLetters: DeadLetter[] = [];

  return {
    deadLetters: deadLetters as readonly DeadLetter[],
    /**
     * Runs a function as a service does: an event that fails three attempts is a dead letter, and no error.
     *
     * @throws {ServiceError} AccessDeniedException when the function's resource policy does not let the service in
     */
    invokeEvent: async (functionArn: string, event: unknown, service: InvokingService) => {
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
