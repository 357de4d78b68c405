import { EventEmitter, once } from 'node:events';
import type { Clock } from '../clock.ts';

/** The attributes that a sender adds to a message. */
export type MessageAttributes = Readonly<
  Record<string, { readonly DataType: string; readonly StringValue: string }>
>;

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
  /** The queue that moved the message to this dead-letter queue. */
  deadLetterSourceArn?: string;
};

/** A message to send. */
export type SentMessage = Pick<StoredMessage, 'Body' | 'SenderId'> &
  Partial<Pick<StoredMessage, 'MessageAttributes'>>;

/** Returns every system attribute of a message, as text. */
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

/** Resolves with the first of some events or when the signal aborts, and cancels the others. */
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

/** Creates the list of messages in one queue; messages leave it after the retention period. */
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
    /** Every message, visible or not. */
    all,
    visible: () => all().filter(isVisible),
    find: (MessageId: string) => messages.get(MessageId),
    put: (message: StoredMessage) => {
      messages.set(message.MessageId, message);
      changes.emit('change');
    },
    delete: (MessageId: string) => void messages.delete(MessageId),
    clear: () => messages.clear(),
    hide: (message: StoredMessage, seconds: number) => {
      message.visibleAt = time() + seconds * 1000;
      changes.emit('change');
    },
    /** Resolves when a message is visible or the signal aborts. */
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
