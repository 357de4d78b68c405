import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../dispatch.ts';
import { wholeNumber, wholeNumberOrText } from '../request.ts';
import { type Contents, createContents, type SentMessage, type StoredMessage } from './message.ts';
import type { QueuePolicy } from './queue-policy.ts';

/** Schema of the ARN of a queue. */
export const QueueArn = v.pipe(
  v.string(),
  v.regex(/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]{1,80}$/, 'expected the ARN of an SQS queue'),
);

const RedrivePolicy = v.strictObject({
  deadLetterTargetArn: QueueArn,
  maxReceiveCount: wholeNumberOrText(1, 1000),
});

const QueueProperties = v.strictObject({
  QueueName: v.pipe(v.string(), v.regex(/^[\w-]{1,80}$/, 'expected the name of a standard queue')),
  MessageRetentionPeriod: v.optional(wholeNumber(60, 1_209_600), 345_600),
  VisibilityTimeout: v.optional(wholeNumber(0, 43_200), 30),
  RedrivePolicy: v.optional(
    v.union([RedrivePolicy, v.pipe(v.string(), v.parseJson(), RedrivePolicy)]),
  ),
  // The account encrypts nothing and has no use for tags.
  SqsManagedSseEnabled: v.optional(v.boolean()),
  Tags: v.optional(v.unknown()),
});

/** The properties of a standard queue; times are seconds. */
type QueueProperties = v.InferOutput<typeof QueueProperties>;

/**
 * Reads the resolved properties of a standard AWS::SQS::Queue.
 *
 * @throws {v.ValiError} for an unknown member or a value out of bounds
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
 */
export const parseQueueProperties = (properties: unknown): QueueProperties =>
  v.parse(QueueProperties, properties);

type QueueOptions = {
  readonly clock: Clock;
  readonly arn: string;
  readonly properties: QueueProperties;
  /** Receives a message that was received `maxReceiveCount` times. */
  readonly onDeadLetter: (message: StoredMessage) => void;
};

const handleOf = (arn: string, { MessageId }: StoredMessage) =>
  Buffer.from(`${arn}\n${MessageId}\n${randomUUID()}`).toString('base64');

const messageIdIn = (handle: string, arn: string) => {
  const [queue, id, ...rest] = Buffer.from(handle, 'base64').toString().split('\n');
  if (queue === arn && id !== undefined && rest.length === 1) return id;
  const message = `The input receipt handle ${JSON.stringify(handle)} is not a valid receipt handle.`;
  throw new ServiceError('ReceiptHandleIsInvalid', message);
};

const receiveFrom = (
  contents: Contents,
  { arn, properties, onDeadLetter }: QueueOptions,
  { most, seconds }: { most: number; seconds: number },
) => {
  const received: StoredMessage[] = [];
  const limit = properties.RedrivePolicy?.maxReceiveCount ?? Number.POSITIVE_INFINITY;
  for (const message of contents.visible()) {
    if (received.length === most) break;
    if (message.receiveCount >= limit) {
      contents.delete(message.MessageId);
      onDeadLetter(message);
      continue;
    }
    message.receiveCount += 1;
    message.firstReceivedAt ??= contents.time();
    message.receiptHandle = handleOf(arn, message);
    contents.hide(message, seconds);
    received.push({ ...message });
  }
  return received;
};

/**
 * Creates one standard queue.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
 */
export const createQueue = (options: QueueOptions) => {
  const { clock, arn, properties } = options;
  const contents = createContents(clock, properties.MessageRetentionPeriod);
  let policy: QueuePolicy | undefined;

  return {
    ...{ arn, properties },
    messages: contents.all,
    untilVisible: contents.untilVisible,
    counts: () => {
      const visible = contents.visible().length;
      return {
        ApproximateNumberOfMessages: visible,
        ApproximateNumberOfMessagesNotVisible: contents.all().length - visible,
      };
    },
    policy: () => policy,
    setPolicy: (given: QueuePolicy) => {
      policy = given;
    },
    put: contents.put,
    purge: contents.clear,
    /** Returns the message as it is stored. */
    send: ({ MessageAttributes = {}, ...sent }: SentMessage): StoredMessage => {
      const sentAt = contents.time();
      const own = { MessageId: randomUUID(), receiveCount: 0, sentAt, visibleAt: sentAt };
      const message = { ...sent, MessageAttributes, ...own };
      contents.put(message);
      return message;
    },
    /** Returns at most `most` visible messages and hides them; dead letters leave the queue instead. */
    receive: (most: number, seconds = properties.VisibilityTimeout) =>
      receiveFrom(contents, options, { most, seconds }),
    /** Deletes a received message; a handle older than the latest one deletes nothing and is no error. */
    remove: (handle: string) => {
      const message = contents.find(messageIdIn(handle, arn));
      if (message?.receiptHandle === handle) contents.delete(message.MessageId);
    },
  };
};

export type Queue = ReturnType<typeof createQueue>;
