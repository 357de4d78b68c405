import { ServiceError } from '../call.ts';
import type { SentMessage } from './message.ts';
import { messageOperations } from './message-operations.ts';
import { queueOperations } from './queue-operations.ts';
import { createQueues, type QueuesDeps } from './queues.ts';
import { receiveMessage } from './receive-message.ts';

/** SQS of one account and Region: standard queues. */
export const createSqs = (deps: QueuesDeps & { readonly closed: AbortSignal }) => {
  const queues = createQueues(deps);
  return {
    ...queues,
    /**
     * Sends a dead letter of a function.
     *
     * @throws {ServiceError} QueueDoesNotExist
     */
    sendForLambda: (arn: string, message: Omit<SentMessage, 'SenderId'>): void => {
      const queue = queues.withArn(arn);
      if (queue === undefined)
        throw new ServiceError('QueueDoesNotExist', `The queue does not exist: ${arn}`);
      queue.send({ ...message, SenderId: 'lambda.amazonaws.com' });
    },
    operations: {
      ...messageOperations(queues),
      ...queueOperations(queues),
      ReceiveMessage: receiveMessage({ ...deps, queues }),
    },
  };
};

export type Sqs = ReturnType<typeof createSqs>;
