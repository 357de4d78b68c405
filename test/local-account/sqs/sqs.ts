import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { type Operation, operationWith, ServiceError } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';
import { type SentMessage, type StoredMessage, systemAttributesOf } from './message.ts';
import { createQueue, parseQueueProperties, type Queue } from './queue.ts';
import { parseQueuePolicy } from './queue-policy.ts';

const operation = operationWith('InvalidParameterValue');

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

/** Returns the requested members, or `undefined` when there are none. */
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
const queueOperations = (queueAt: (url: string) => Queue) =>
  ({
    ReceiveMessage: operation(ReceiveMessage, (input) => {
      const queue = queueAt(input.QueueUrl);
      const received = queue.receive(input.MaxNumberOfMessages, input.VisibilityTimeout);
      const Messages = received.map((message) => toMessage(message, input));
      return Messages.length === 0 ? {} : { Messages };
    }),
    SendMessage: operation(
      v.strictObject({ QueueUrl, MessageBody: v.pipe(v.string(), v.minLength(1)) }),
      ({ QueueUrl: url, MessageBody }, principal) => {
        const { MessageId } = queueAt(url).send({ Body: MessageBody, SenderId: principal });
        const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
        return { MessageId, MD5OfMessageBody };
      },
    ),
    DeleteMessage: operation(
      v.strictObject({ QueueUrl, ReceiptHandle: v.pipe(v.string(), v.minLength(1)) }),
      (input) => queueAt(input.QueueUrl).remove(input.ReceiptHandle),
    ),
    PurgeQueue: operation(v.strictObject({ QueueUrl }), (input) => queueAt(input.QueueUrl).purge()),
    GetQueueAttributes: operationWith('InvalidAttributeName')(
      v.strictObject({ QueueUrl, AttributeNames: v.optional(v.array(v.string()), []) }),
      (input) => ({
        Attributes: only(attributesOf(queueAt(input.QueueUrl)), input.AttributeNames),
      }),
    ),
  }) satisfies Record<string, Operation>;

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
