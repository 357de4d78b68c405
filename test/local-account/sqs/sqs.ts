import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import type { SentMessage } from './message.ts';
import { createQueue, parseQueueProperties, type Queue, QueueArn } from './queue.ts';
import { parseQueuePolicy } from './queue-policy.ts';
import { messageOperations, receiveMessage } from './receive-message.ts';

/** Where the queues are, and in which time. */
export type QueuesDeps = Clock & {
  readonly accountId: string;
  readonly region: string;
  /** Where the account listens: an SDK sends to a queue's URL. */
  readonly endpoint: string;
};

/** The queues of one account and Region. */
export const createQueues = ({ accountId, region, endpoint, ...clock }: QueuesDeps) => {
  const byArn = new Map<string, Queue>();
  const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const urlOf = (name: string) => `${endpoint}/${accountId}/${name}`;

  const deadLetterQueueOf = (targetArn: string) => {
    const target = byArn.get(targetArn);
    if (target !== undefined) return target;
    const message = `RedrivePolicy: the dead-letter target does not exist: ${targetArn}`;
    throw new ServiceError('InvalidParameterValue', message);
  };

  const withUrl = (url: string) => {
    const queue = byArn.get(arnOf(url.split('/').at(-1) ?? ''));
    if (queue !== undefined && url === urlOf(queue.properties.QueueName)) return queue;
    const message = `The specified queue does not exist: ${JSON.stringify(url)}`;
    throw new ServiceError('QueueDoesNotExist', message);
  };

  return {
    urlOf,
    withUrl,
    /** `undefined` when there is none. */
    withArn: (arn: string) => byArn.get(arn),
    all: () => [...byArn.values()],
    /**
     * Takes the properties of an AWS::SQS::Queue.
     *
     * @throws {ServiceError} InvalidParameterValue when its dead-letter queue does not exist
     */
    create: (given: unknown): Queue => {
      const properties = parseQueueProperties(given);
      const arn = arnOf(properties.QueueName);
      const { RedrivePolicy } = properties;
      const target = RedrivePolicy && deadLetterQueueOf(RedrivePolicy.deadLetterTargetArn);
      const onDeadLetter: Parameters<typeof createQueue>[0]['onDeadLetter'] = (message) =>
        target?.put({ ...message, deadLetterSourceArn: arn });
      const queue = createQueue({ clock, arn, properties, onDeadLetter });
      byArn.set(arn, queue);
      return queue;
    },
    /** Takes the document of an AWS::SQS::QueuePolicy, over the one that the queue had. */
    setPolicy: (url: string, document: unknown) =>
      withUrl(url).setPolicy(parseQueuePolicy(document)),
  };
};

export type Queues = ReturnType<typeof createQueues>;

/** The attributes of standard queues; one that a queue has not is left out of the answer. */
const ATTRIBUTE_NAMES = [
  'All',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'DelaySeconds',
  'LastModifiedTimestamp',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
] as const;

const toText = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

const attributesOf = (queue: Queue): Record<string, unknown> => {
  const { QueueName: _, Tags, ...properties } = queue.properties;
  const createdAt = Math.floor(queue.createdAt / 1000);
  const times = { CreatedTimestamp: createdAt, LastModifiedTimestamp: createdAt };
  const all = {
    ...properties,
    ...queue.counts(),
    ...times,
    QueueArn: queue.arn,
    Policy: queue.policy(),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

const getQueueAttributes = (queues: Queues) =>
  operation(
    v.strictObject({
      QueueUrl: v.string(),
      AttributeNames: v.optional(v.array(v.picklist(ATTRIBUTE_NAMES)), []),
    }),
    ({ QueueUrl, AttributeNames }) => {
      const attributes = attributesOf(queues.withUrl(QueueUrl));
      if (AttributeNames.length === 0) return {};
      const isAsked = ([name]: [string, unknown]) =>
        AttributeNames.some((asked) => asked === 'All' || asked === name);
      const asked = Object.entries(attributes).filter(isAsked);
      return {
        Attributes: Object.fromEntries(asked.map(([name, value]) => [name, toText(value)])),
      };
    },
    'InvalidAttributeName',
  );

const queueWithArn = (queues: Queues, arn: string) => {
  const queue = queues.withArn(arn);
  if (queue !== undefined) return queue;
  throw new ServiceError('ResourceNotFoundException', `The queue does not exist: ${arn}`, 404);
};

/** The whole queue at once: the account moves messages in no time. */
const startMessageMoveTask = (queues: Queues) =>
  operation(
    v.strictObject({ SourceArn: QueueArn, DestinationArn: v.optional(QueueArn) }),
    ({ SourceArn, DestinationArn }) => {
      const source = queueWithArn(queues, SourceArn);
      const isTarget = ({ properties }: Queue) =>
        properties.RedrivePolicy?.deadLetterTargetArn === SourceArn;
      if (!queues.all().some(isTarget)) {
        const message = `Source queue must be configured as a dead-letter queue, got ${SourceArn}`;
        throw new ServiceError('InvalidParameterValue', message);
      }
      for (const message of source.visible()) {
        const target = DestinationArn ?? message.deadLetterSourceArn;
        // A dead letter of Lambda or EventBridge came from no queue: it stays.
        if (target === undefined) continue;
        const { Body, SenderId, MessageAttributes } = message;
        queueWithArn(queues, target).send({ Body, SenderId, MessageAttributes });
        source.take(message);
      }
      return { TaskHandle: Buffer.from(`${SourceArn} ${randomUUID()}`).toString('base64') };
    },
    'InvalidParameterValue',
  );

/**
 * SQS's operations on queues: a message that goes back to its source is a new one.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export const queueOperations = (queues: Queues): Readonly<Record<string, Operation>> => ({
  GetQueueAttributes: getQueueAttributes(queues),
  StartMessageMoveTask: startMessageMoveTask(queues),
});

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
