import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';
import { type Contents, createContents, type SentMessage, type StoredMessage } from './message.ts';
import type { QueuePolicy } from './queue-policy.ts';

/** A queue's ARN. */
export const QueueArn = v.pipe(
  v.string(),
  v.regex(/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]{1,80}$/, 'expected the ARN of an SQS queue'),
);

/** When a message is a dead letter, and where it goes. */
const RedrivePolicy = v.strictObject({
  deadLetterTargetArn: QueueArn,
  maxReceiveCount: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))]),
    v.integer(),
    v.minValue(1),
    v.maxValue(1000),
  ),
});

const QueueProperties = v.strictObject({
  QueueName: v.pipe(v.string(), v.regex(/^[\w-]{1,80}$/, 'expected the name of a standard queue')),
  DelaySeconds: v.optional(wholeNumber(0, 900), 0),
  MaximumMessageSize: v.optional(wholeNumber(1024, 1_048_576), 1_048_576),
  MessageRetentionPeriod: v.optional(wholeNumber(60, 1_209_600), 345_600),
  ReceiveMessageWaitTimeSeconds: v.optional(wholeNumber(0, 20), 0),
  VisibilityTimeout: v.optional(wholeNumber(0, 43_200), 30),
  RedrivePolicy: v.optional(
    v.union([RedrivePolicy, v.pipe(v.string(), v.parseJson(), RedrivePolicy)]),
  ),
  // What lies in memory is not encrypted, and has no tags that anybody reads.
  SqsManagedSseEnabled: v.optional(v.boolean()),
  Tags: v.optional(v.unknown()),
});

/** What a standard queue is made with; times are seconds. */
export type QueueProperties = v.InferOutput<typeof QueueProperties>;

/**
 * Reads the resolved properties of an AWS::SQS::Queue of the standard kind.
 *
 * @throws {v.ValiError} for a member that is unknown here or out of bounds
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
 */
export const parseQueueProperties = (properties: unknown): QueueProperties =>
  v.parse(QueueProperties, properties);

/** What a queue is made of; `onDeadLetter` takes a message that was received too often. */
type QueueOptions = {
  readonly clock: Clock;
  readonly arn: string;
  readonly properties: QueueProperties;
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

/** The attributes of a queue that tell how many messages there are. */
const countsOf = (contents: Contents) => {
  const hidden = contents.all().filter((message) => !contents.isVisible(message));
  const delayed = hidden.filter(({ receiveCount }) => receiveCount === 0);
  return {
    ApproximateNumberOfMessages: contents.visible().length,
    ApproximateNumberOfMessagesNotVisible: hidden.length - delayed.length,
    ApproximateNumberOfMessagesDelayed: delayed.length,
  };
};

/**
 * One standard queue: messages, who may send them, who has received them, and when they are visible again.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
 */
export const createQueue = (options: QueueOptions) => {
  const { clock, arn, properties } = options;
  const contents = createContents(clock, properties.MessageRetentionPeriod);
  const createdAt = contents.time();
  let policy: QueuePolicy | undefined;
  const latest = (handle: string) => {
    const message = contents.find(messageIdIn(handle, arn));
    return message?.receiptHandle === handle ? message : undefined;
  };

  return {
    ...{ arn, properties, createdAt },
    messages: contents.all,
    visible: contents.visible,
    untilVisible: contents.untilVisible,
    counts: () => countsOf(contents),
    policy: () => policy,
    setPolicy: (given: QueuePolicy) => {
      policy = given;
    },
    put: contents.put,
    take: ({ MessageId }: StoredMessage) => contents.delete(MessageId),
    send: ({ MessageAttributes = {}, DelaySeconds, ...sent }: SentMessage): StoredMessage => {
      const sentAt = contents.time();
      const visibleAt = sentAt + (DelaySeconds ?? properties.DelaySeconds) * 1000;
      const own = { MessageId: randomUUID(), receiveCount: 0, sentAt, visibleAt };
      const message = { ...sent, MessageAttributes, ...own };
      contents.put(message);
      return message;
    },
    /** Hides at most `most` visible messages for so many seconds; what was received too often leaves. */
    receive: (most: number, seconds = properties.VisibilityTimeout) =>
      receiveFrom(contents, options, { most, seconds }),
    /** Deletes a received message; an older handle than its last one deletes nothing, and is no error. */
    remove: (handle: string) => {
      const message = latest(handle);
      if (message !== undefined) contents.delete(message.MessageId);
    },
    /** @throws {ServiceError} MessageNotInflight */
    changeVisibility: (handle: string, seconds: number) => {
      const message = latest(handle);
      if (message !== undefined && !contents.isVisible(message))
        return contents.hide(message, seconds);
      const text = `The message of ${JSON.stringify(handle)} is not in flight.`;
      throw new ServiceError('MessageNotInflight', text);
    },
  };
};

export type Queue = ReturnType<typeof createQueue>;
