import { createHash } from 'node:crypto';
import * as v from 'valibot';

/** A value that a sender adds to a message; a binary one is Base64. */
export const MessageAttribute = v.union([
  v.strictObject({
    DataType: v.pipe(v.string(), v.regex(/^(String|Number)(\..+)?$/)),
    StringValue: v.pipe(v.string(), v.minLength(1)),
  }),
  v.strictObject({
    DataType: v.pipe(v.string(), v.regex(/^Binary(\..+)?$/)),
    BinaryValue: v.pipe(v.string(), v.base64()),
  }),
]);

/** The attributes of a message, by name. */
export type MessageAttributes = Readonly<Record<string, v.InferOutput<typeof MessageAttribute>>>;

/** A message in a queue; instants are milliseconds since 1970. */
export type StoredMessage = {
  readonly MessageId: string;
  readonly Body: string;
  readonly MessageAttributes: MessageAttributes;
  readonly SenderId: string;
  readonly sentAt: number;
  receiveCount: number;
  visibleAt: number;
  receiptHandle?: string;
  firstReceivedAt?: number;
  /** The queue that it was a dead letter of. */
  deadLetterSourceArn?: string;
};

/** What a message is sent with. */
export type SentMessage = Pick<StoredMessage, 'Body' | 'SenderId'> &
  Partial<Pick<StoredMessage, 'MessageAttributes'>> & {
    readonly DelaySeconds?: number | undefined;
  };

const md5 = (data: string | Buffer) => createHash('md5').update(data).digest('hex');

const withLength = (text: string | Buffer) => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/**
 * The digest of a message's attributes; nothing when it has none.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export const md5OfAttributes = (attributes: MessageAttributes): string | undefined => {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return undefined;
  const parts = entries
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, attribute]) => [
      withLength(name),
      withLength(attribute.DataType),
      'StringValue' in attribute
        ? Buffer.concat([Buffer.of(1), withLength(attribute.StringValue)])
        : Buffer.concat([Buffer.of(2), withLength(Buffer.from(attribute.BinaryValue, 'base64'))]),
    ]);
  return md5(Buffer.concat(parts));
};

/** The digest of a message's body. */
export const md5OfBody = ({ Body }: Pick<StoredMessage, 'Body'>): string => md5(Body);

/** Every system attribute that a message has, as text. */
export const systemAttributesOf = (message: StoredMessage): Record<string, string> => ({
  SenderId: message.SenderId,
  SentTimestamp: String(message.sentAt),
  ApproximateReceiveCount: String(message.receiveCount),
  ...(message.firstReceivedAt === undefined
    ? {}
    : { ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt) }),
  ...(message.deadLetterSourceArn === undefined
    ? {}
    : { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
});
