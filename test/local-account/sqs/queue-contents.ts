import { EventEmitter, once } from 'node:events';
import type { Clock } from '../clock.ts';
import type { StoredMessage } from './message.ts';

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
