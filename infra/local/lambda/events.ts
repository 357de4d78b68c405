import { ServiceError } from '../call.ts';
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

const invokeUntilDone = async (invoke: () => Promise<Invocation>) => {
  let invocation = await invoke();
  for (let made = 1; made < ASYNCHRONOUS_ATTEMPTS && invocation.result.FunctionError; made += 1)
    invocation = await invoke();
  return invocation;
};

/** The way of services into functions: asynchronous, with retries. */
export const createEvents = (functions: Functions, invoke: Invoke) => {
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
      const { functionName, result } = await invokeUntilDone(() =>
        invoke(functionArn, event, Principal),
      );
      if (result.FunctionError === undefined) return;
      const { deadLetterTargetArn: TargetArn } = functions.named(functionArn);
      deadLetters.push({ functionName, event, result, TargetArn });
    },
  };
};
