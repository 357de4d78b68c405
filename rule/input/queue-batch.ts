import * as v from 'valibot';
import { type Parsed, parse, Text } from './parse.ts';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const QueueBatch = v.object({
  Records: v.array(v.object({ messageId: Text, body: v.string() })),
});

/** The event is not a batch of SQS messages. */
export class InvalidBatchError extends Error {
  override readonly name = 'InvalidBatchError';
}

/** A message whose body was parsed. */
type QueueMessage<Body> = { readonly messageId: string; readonly body: Body };

/** The messages of a batch: those whose body was parsed, and those whose body cannot be parsed. */
export type QueueMessages<Body> = {
  readonly messages: readonly QueueMessage<Body>[];
  readonly unreadable: readonly { readonly messageId: string; readonly problem: string }[];
};

/**
 * Parses a batch that Lambda read from an SQS queue. An unreadable message does not affect the others.
 *
 * @throws {InvalidBatchError} if the event is not a batch of SQS messages
 */
export const parseQueueBatch = <Body>(
  event: unknown,
  parseBody: (body: string) => Parsed<Body>,
): QueueMessages<Body> => {
  const error = (message: string) => new InvalidBatchError(message);
  const { Records } = parse(QueueBatch, event, { what: 'event', error });
  const parsed = Records.map(({ messageId, body }) => ({ messageId, ...parseBody(body) }));
  return {
    messages: parsed.flatMap(({ messageId, ...body }) =>
      body.problem === undefined ? [{ messageId, body: body.output }] : [],
    ),
    unreadable: parsed.flatMap(({ messageId, problem }) =>
      problem === undefined ? [] : [{ messageId, problem }],
    ),
  };
};

/**
 * The response that names the messages to retry. Lambda deletes the others from the queue.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export type BatchResponse = {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
};

/** Returns the response that makes Lambda retry these messages. */
export const retry = (messages: readonly { readonly messageId: string }[]): BatchResponse => ({
  batchItemFailures: messages.map(({ messageId }) => ({ itemIdentifier: messageId })),
});
