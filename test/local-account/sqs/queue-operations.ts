import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { type Operation, operation } from '../dispatch.ts';
import type { Queue } from './queue.ts';
import { QueueArn } from './queue-properties.ts';
import type { Queues } from './queues.ts';

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
