import * as v from 'valibot';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';
import {
  MessageAttribute,
  type MessageAttributes,
  md5OfAttributes,
  md5OfBody,
  type StoredMessage,
  systemAttributesOf,
} from './message.ts';
import type { Queue } from './queue.ts';
import type { Queues, QueuesDeps } from './sqs.ts';

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

/** What a call that waits for messages needs; `closed` ends its waiting. */
type ReceiveDeps = Pick<QueuesDeps, 'wait'> & {
  readonly queues: Queues;
  readonly closed: AbortSignal;
};

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
  QueueUrl: v.string(),
  MaxNumberOfMessages: v.optional(wholeNumber(1, 10), 1),
  VisibilityTimeout: v.optional(wholeNumber(0, 43_200)),
  WaitTimeSeconds: v.optional(wholeNumber(0, 20)),
  // The older name of the next one.
  AttributeNames: SystemAttributeNames,
  MessageSystemAttributeNames: SystemAttributeNames,
  MessageAttributeNames: v.optional(v.array(v.string()), []),
});
type ReceiveMessage = v.InferOutput<typeof ReceiveMessage>;

const isAsked = (name: string, asked: readonly string[]) =>
  asked.some(
    (one) =>
      one === 'All' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))),
  );

const only = <Value>(members: Readonly<Record<string, Value>>, asked: readonly string[]) => {
  const chosen = Object.entries(members).filter(([name]) => isAsked(name, asked));
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
};

const toMessage = (message: StoredMessage, input: ReceiveMessage) => {
  const asked = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
  const attributes: MessageAttributes =
    only(message.MessageAttributes, input.MessageAttributeNames) ?? {};
  return {
    MessageId: message.MessageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5OfBody(message),
    Body: message.Body,
    Attributes: only(systemAttributesOf(message), asked),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MessageAttributes: Object.keys(attributes).length === 0 ? undefined : attributes,
  };
};

const receive = async (queue: Queue, input: ReceiveMessage, { wait, closed }: ReceiveDeps) => {
  const seconds = input.WaitTimeSeconds ?? queue.properties.ReceiveMessageWaitTimeSeconds;
  const take = () => queue.receive(input.MaxNumberOfMessages, input.VisibilityTimeout);
  const atOnce = take();
  if (atOnce.length > 0 || seconds === 0) return atOnce;

  const over = new AbortController();
  const done = AbortSignal.any([closed, over.signal]);
  const timer = wait(seconds * 1000, done).then(
    () => over.abort(),
    () => {},
  );
  let received: StoredMessage[] = [];
  while (received.length === 0 && !done.aborted) {
    await queue.untilVisible(done);
    received = take();
  }
  over.abort();
  await timer;
  return received;
};

/**
 * ReceiveMessage: at most ten visible messages; with WaitTimeSeconds it waits for the first one.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
export const receiveMessage = (deps: ReceiveDeps) =>
  operation(
    ReceiveMessage,
    async (input) => {
      const received = await receive(deps.queues.withUrl(input.QueueUrl), input, deps);
      const Messages = received.map((message) => toMessage(message, input));
      return Messages.length === 0 ? {} : { Messages };
    },
    'InvalidParameterValue',
  );
