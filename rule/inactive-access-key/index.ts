import { createClients } from '../aws/clients.ts';
import { createEventHistory } from '../aws/cloudtrail.ts';
import { createHandler } from '../evaluation/handler.ts';
import { inactiveAccessKeyRule } from './rule.ts';

/**
 * The maximum number of events that an evaluation reads: 200 pages, which take 13 minutes at 3.9 s a page.
 *
 * If there are more, the history is incomplete: a key without an event among the newest ones has been inactive since an
 * unknown date, which is COMPLIANT unless `maxInactiveDays` is 0.
 */
const maximumEvents = 10_000;

const clients = createClients();
const readHistory = createEventHistory(process.env['AWS_REGION'], clients.countCalls, {
  maximumEvents,
});

/** The Lambda entry of the Config rule `iam-user-inactive-access-key`. */
export const handler = createHandler(
  { ...clients, readHistory, now: () => new Date() },
  inactiveAccessKeyRule,
);
