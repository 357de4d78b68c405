import type { Clock } from '../clock.ts';
import { ServiceError } from '../dispatch.ts';
import type { SentMessage, StoredMessage } from './message.ts';
import { queueOperations } from './operations.ts';
import { createQueue, parseQueueProperties, type Queue } from './queue.ts';
import { parseQueuePolicy } from './queue-policy.ts';

type SqsDeps = Clock & {
  readonly accountId: string;
  readonly region: string;
  /** The endpoint of the account, which queue URLs start with: SDKs send requests to the queue's URL. */
  readonly endpoint: string;
};

/** Creates SQS of one account and Region, with standard queues only. */
export const createSqs = ({ accountId, region, endpoint, ...clock }: SqsDeps) => {
  const byArn = new Map<string, Queue>();
  const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const urlOf = (name: string) => `${endpoint}/${accountId}/${name}`;

  const withUrl = (url: string) => {
    const queue = byArn.get(arnOf(url.split('/').at(-1) ?? ''));
    if (queue !== undefined && url === urlOf(queue.properties.QueueName)) return queue;
    const message = `The specified queue does not exist: ${JSON.stringify(url)}`;
    throw new ServiceError('QueueDoesNotExist', message);
  };
  const deadLetterQueue = (arn: string) => {
    const queue = byArn.get(arn);
    if (queue !== undefined) return queue;
    const message = `RedrivePolicy: the dead-letter target does not exist: ${arn}`;
    throw new ServiceError('InvalidParameterValue', message);
  };

  return {
    urlOf,
    /** @throws {ServiceError} QueueDoesNotExist */
    withUrl,
    /** Returns the queue, or `undefined` when it does not exist. */
    withArn: (arn: string) => byArn.get(arn),
    all: () => [...byArn.values()],
    /**
     * Creates an AWS::SQS::Queue from its properties.
     *
     * @throws {ServiceError} InvalidParameterValue when its dead-letter queue does not exist
     */
    create: (given: unknown): Queue => {
      const properties = parseQueueProperties(given);
      const arn = arnOf(properties.QueueName);
      const { RedrivePolicy } = properties;
      const target = RedrivePolicy && deadLetterQueue(RedrivePolicy.deadLetterTargetArn);
      const onDeadLetter = (message: StoredMessage) =>
        target?.put({ ...message, deadLetterSourceArn: arn });
      const queue = createQueue({ clock, arn, properties, onDeadLetter });
      byArn.set(arn, queue);
      return queue;
    },
    /** Sets the policy document of a queue, in place of its former policy. */
    setPolicy: (url: string, document: unknown) =>
      withUrl(url).setPolicy(parseQueuePolicy(document)),
    /**
     * Sends a dead letter of a function.
     *
     * @throws {ServiceError} QueueDoesNotExist
     */
    sendForLambda: (arn: string, message: Omit<SentMessage, 'SenderId'>): void => {
      const queue = byArn.get(arn);
      if (queue === undefined)
        throw new ServiceError('QueueDoesNotExist', `The queue does not exist: ${arn}`);
      queue.send({ ...message, SenderId: 'lambda.amazonaws.com' });
    },
    operations: queueOperations(withUrl),
  };
};

export type Sqs = ReturnType<typeof createSqs>;
