import * as v from 'valibot';

/** A message as ReceiveMessage answers it, with all its attributes. */
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
        StringValue: v.optional(v.string()),
        BinaryValue: v.optional(v.string()),
      }),
    ),
    {},
  ),
});
export type ReceivedMessage = v.InferOutput<typeof ReceivedMessage>;

/** Where the messages of a batch come from. */
type EventSource = { readonly eventSourceARN: string; readonly awsRegion: string };

const toMessageAttribute = (attribute: ReceivedMessage['MessageAttributes'][string]) => ({
  stringValue: attribute.StringValue,
  binaryValue: attribute.BinaryValue,
  stringListValues: [],
  binaryListValues: [],
  dataType: attribute.DataType,
});

/**
 * What a function is invoked with for a batch of messages.
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
