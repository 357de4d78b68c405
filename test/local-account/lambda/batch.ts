import * as v from 'valibot';
import type { Invocation } from './invocations.ts';

/** Schema of a message that ReceiveMessage returns with all its attributes. */
export const ReceivedMessage = v.looseObject({
  MessageId: v.string(),
  ReceiptHandle: v.string(),
  Body: v.string(),
  MD5OfBody: v.string(),
  Attributes: v.record(v.string(), v.string()),
  MessageAttributes: v.optional(
    v.record(
      v.string(),
      v.object({
        DataType: v.string(),
        StringValue: v.string(),
      }),
    ),
    {},
  ),
});
export type ReceivedMessage = v.InferOutput<typeof ReceivedMessage>;

type EventSource = { readonly eventSourceARN: string; readonly awsRegion: string };

const toMessageAttribute = (attribute: ReceivedMessage['MessageAttributes'][string]) => ({
  stringValue: attribute.StringValue,
  stringListValues: [],
  binaryListValues: [],
  dataType: attribute.DataType,
});

/**
 * Builds the event that Lambda invokes a function with for a batch of messages.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export const sqsEvent = (messages: readonly ReceivedMessage[], source: EventSource) => ({
  Records: messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, attribute]) => [
        name,
        toMessageAttribute(attribute),
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    ...source,
  })),
});

/** Lambda ignores unknown members. A function that returns nothing reports no failures. */
const PartialBatchResponse = v.nullable(
  v.looseObject({
    batchItemFailures: v.nullish(
      v.array(v.looseObject({ itemIdentifier: v.pipe(v.string(), v.minLength(1)) })),
    ),
  }),
);

/**
 * Returns the messages of a batch that the function has processed; the queue delivers the others again.
 *
 * With ReportBatchItemFailures these are all messages but the reported failures, or none when a reported failure is
 * not in the batch. Without it they are all or none.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const doneWith = (
  batch: readonly ReceivedMessage[],
  { FunctionError, Payload }: Invocation['result'],
  reportsItemFailures: boolean,
): readonly ReceivedMessage[] => {
  if (FunctionError !== undefined) return [];
  if (!reportsItemFailures) return batch;
  const parsed = v.safeParse(PartialBatchResponse, JSON.parse(Payload));
  if (!parsed.success) return [];
  const failures = parsed.output?.batchItemFailures ?? [];
  const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const retried = batch.filter(({ MessageId }) => failed.has(MessageId));
  return retried.length === failed.size ? batch.filter((one) => !failed.has(one.MessageId)) : [];
};
