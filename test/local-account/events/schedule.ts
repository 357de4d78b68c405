import { randomUUID } from 'node:crypto';
import { ServiceError } from '../call.ts';
import type { Wait } from '../clock.ts';
import type { BridgedEvent } from './event-bridge.ts';

const MILLISECONDS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type Unit = keyof typeof MILLISECONDS;
const RATE = /^rate\((?:1 (minute|hour|day)|([1-9]\d*) (minute|hour|day)s)\)$/;

/**
 * Reads a rate expression as its period, in milliseconds; 1 takes the singular.
 *
 * @throws {ServiceError} ValidationException for another text, and for cron
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export const parseSchedule = (expression: string): number => {
  const [match, one, count, many] = RATE.exec(expression) ?? [];
  if (match === undefined || count === '1') {
    const got = JSON.stringify(expression);
    throw new ServiceError(
      'ValidationException',
      `ScheduleExpression: expected a rate, got ${got}`,
    );
  }
  return Number(count ?? 1) * MILLISECONDS[(one ?? many) as Unit];
};

/** What a rule's schedule sends. */
export const scheduledEvent = (
  ruleArn: string,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  at: Date,
): BridgedEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: accountId,
  time: `${at.toISOString().slice(0, 19)}Z`,
  region,
  resources: [ruleArn],
  detail: {},
});

/** Acts once a period of the account's time until the signal aborts; nobody has to wait for it. */
export const repeat = async (
  period: number,
  act: () => void,
  { wait, signal }: { readonly wait: Wait; readonly signal: AbortSignal },
): Promise<void> => {
  for (;;) {
    try {
      await wait(period, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    act();
  }
};
