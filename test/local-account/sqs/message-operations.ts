import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { type Operation, operation } from '../dispatch.ts';
import { wholeNumber } from '../whole-number.ts';
import { MessageAttribute, md5OfAttributes, md5OfBody } from './message.ts';
import type { Queues } from './queues.ts';

const SendMessage = v.strictObject({
  QueueUrl: v.string(),
  MessageBody: v.pipe(v.string(), v.minLength(1)),
  DelaySeconds: v.optional(wholeNumber(0, 900)),
  MessageAttributes: v.optional(
    v.pipe(
      v.record(v.pipe(v.string(), v.regex(/^[\w.-]{1,256}$/)), MessageAttribute),
      v.maxEntries(10),
    ),
    {},
  ),
});
const ReceiptHandle = v.pipe(v.string(), v.minLength(1));

const refuseTooLong = (bytes: number, most: number) => {
  if (bytes <= most) return;
  const message = `MessageBody: expected at most ${most} bytes, got ${bytes}`;
  throw new ServiceError('InvalidParameterValue', message);
};

/**
 * SQS's operations on messages, but for ReceiveMessage.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const messageOperations = (queues: Queues): Readonly<Record<string, Operation>> => ({
  SendMessage: operation(
    SendMessage,
    ({ QueueUrl, MessageBody: Body, DelaySeconds, MessageAttributes }, SenderId) => {
      const queue = queues.withUrl(QueueUrl);
      refuseTooLong(Buffer.byteLength(Body), queue.properties.MaximumMessageSize);
      const message = queue.send({ Body, SenderId, DelaySeconds, MessageAttributes });
      return {
        MessageId: message.MessageId,
        MD5OfMessageBody: md5OfBody(message),
        MD5OfMessageAttributes: md5OfAttributes(message.MessageAttributes),
      };
    },
    'InvalidParameterValue',
  ),
  DeleteMessage: operation(
    v.strictObject({ QueueUrl: v.string(), ReceiptHandle }),
    (input) => queues.withUrl(input.QueueUrl).remove(input.ReceiptHandle),
    'InvalidParameterValue',
  ),
  ChangeMessageVisibility: operation(
    v.strictObject({
      QueueUrl: v.string(),
      ReceiptHandle,
      VisibilityTimeout: wholeNumber(0, 43_200),
    }),
    ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) =>
      queues.withUrl(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout),
    'InvalidParameterValue',
  ),
});
