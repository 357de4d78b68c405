import * as v from 'valibot';
import { wholeNumber } from '../whole-number.ts';

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
