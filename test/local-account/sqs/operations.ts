import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { type Operation, operation } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';
import { type StoredMessage, systemAttributesOf } from './message.ts';
import type { Queue } from './queue.ts';

const QueueUrl = v.string();
const SystemAttributeNames = v.optional(
  v.array(
    v.picklist([
      'All',
      'SenderId',
      'SentTimestamp',
      'ApproximateReceiveCount',
      'ApproximateFirstReceiveTimestamp',
      'DeadLetterQueueSourceArn',
    ]),
  ),
  [],
);
const ReceiveMessage = v.strictObject({
  QueueUrl,
  MaxNumberOfMessages: v.optional(wholeNumber(1, 10), 1),
  VisibilityTimeout: v.optional(wholeNumber(0, 43_200)),
  // The older name of MessageSystemAttributeNames.
  AttributeNames: SystemAttributeNames,
  MessageSystemAttributeNames: SystemAttributeNames,
  MessageAttributeNames: v.optional(v.array(v.string()), []),
});

/** Returns the members whose names are asked for, or `undefined` when there are none. */
const only = <Value>(members: Readonly<Record<string, Value>>, asked: readonly string[]) => {
  const chosen = Object.entries(members).filter(
    ([name]) => asked.includes('All') || asked.includes(name),
  );
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
};

const toMessage = (message: StoredMessage, input: v.InferOutput<typeof ReceiveMessage>) => ({
  MessageId: message.MessageId,
  ReceiptHandle: message.receiptHandle,
  MD5OfBody: createHash('md5').update(message.Body).digest('hex'),
  Body: message.Body,
  Attributes: only(systemAttributesOf(message), [
    ...input.AttributeNames,
    ...input.MessageSystemAttributeNames,
  ]),
  MessageAttributes: only(message.MessageAttributes, input.MessageAttributeNames),
});

const attributesOf = (queue: Queue): Record<string, string> => ({
  QueueArn: queue.arn,
  VisibilityTimeout: String(queue.properties.VisibilityTimeout),
  MessageRetentionPeriod: String(queue.properties.MessageRetentionPeriod),
  ApproximateNumberOfMessages: String(queue.counts().ApproximateNumberOfMessages),
  ApproximateNumberOfMessagesNotVisible: String(
    queue.counts().ApproximateNumberOfMessagesNotVisible,
  ),
});

/**
 * The operations of SQS.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
export const queueOperations = (queueAt: (url: string) => Queue) =>
  ({
    ReceiveMessage: operation(
      ReceiveMessage,
      (input) => {
        const queue = queueAt(input.QueueUrl);
        const received = queue.receive(input.MaxNumberOfMessages, input.VisibilityTimeout);
        const Messages = received.map((message) => toMessage(message, input));
        return Messages.length === 0 ? {} : { Messages };
      },
      'InvalidParameterValue',
    ),
    DeleteMessage: operation(
      v.strictObject({ QueueUrl, ReceiptHandle: v.pipe(v.string(), v.minLength(1)) }),
      (input) => queueAt(input.QueueUrl).remove(input.ReceiptHandle),
      'InvalidParameterValue',
    ),
    PurgeQueue: operation(
      v.strictObject({ QueueUrl }),
      (input) => queueAt(input.QueueUrl).purge(),
      'InvalidParameterValue',
    ),
    GetQueueAttributes: operation(
      v.strictObject({ QueueUrl, AttributeNames: v.optional(v.array(v.string()), []) }),
      (input) => ({
        Attributes: only(attributesOf(queueAt(input.QueueUrl)), input.AttributeNames),
      }),
      'InvalidAttributeName',
    ),
  }) satisfies Record<string, Operation>;
