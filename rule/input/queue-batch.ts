import * as v from 'valibot';
import { Text } from './parse.ts';

/**
 * A batch of messages that Lambda read from a queue, as far as the functions ask.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export const QueueBatch = v.object({
  Records: v.array(v.object({ messageId: Text, body: v.string() })),
});

/**
 * Which messages the queue keeps for later; the others are done.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export type BatchResponse = {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
};

/** The answer that keeps these messages. */
export const keep = (messages: readonly { readonly messageId: string }[]): BatchResponse => ({
  batchItemFailures: messages.map(({ messageId }) => ({ itemIdentifier: messageId })),
});
