import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';

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

/** Resolves with the first of some events, or when the signal aborts; the others are given up. */
const first = async (
  events: (signal: AbortSignal) => readonly Promise<unknown>[],
  signal: AbortSignal,
) => {
  const over = new AbortController();
  const waits = events(AbortSignal.any([signal, over.signal]));
  try {
    await Promise.race(waits);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    over.abort();
    await Promise.allSettled(waits);
  }
};

/** The messages of one queue, until their retention period is over, and who waits for one. */
export const createContents = (clock: Clock, retentionSeconds: number) => {
  const messages = new Map<string, StoredMessage>();
  const changes = new EventEmitter().setMaxListeners(0);
  const time = () => clock.now().getTime();
  const isVisible = ({ visibleAt }: StoredMessage) => visibleAt <= time();

  const all = () => {
    const oldest = time() - retentionSeconds * 1000;
    for (const { MessageId, sentAt } of messages.values())
      if (sentAt <= oldest) messages.delete(MessageId);
    return [...messages.values()];
  };

  return {
    /** Milliseconds since 1970. */
    time,
    /** Every message, whether anybody can see it or not. */
    all,
    visible: () => all().filter(isVisible),
    isVisible,
    find: (MessageId: string) => messages.get(MessageId),
    put: (message: StoredMessage) => {
      messages.set(message.MessageId, message);
      changes.emit('change');
    },
    delete: (MessageId: string) => void messages.delete(MessageId),
    hide: (message: StoredMessage, seconds: number) => {
      message.visibleAt = time() + seconds * 1000;
      changes.emit('change');
    },
    /** Resolves when a message is visible, or the signal aborts. */
    untilVisible: async (signal: AbortSignal) => {
      while (!signal.aborted && !all().some(isVisible)) {
        const next = Math.min(...all().map(({ visibleAt }) => visibleAt));
        const events = (until: AbortSignal) => [
          once(changes, 'change', { signal: until }),
          ...(Number.isFinite(next) ? [clock.wait(next - time(), until)] : []),
        ];
        await first(events, signal);
      }
    },
  };
};

export type Contents = ReturnType<typeof createContents>;
