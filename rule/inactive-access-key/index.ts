import { createClients } from '../aws/clients.ts';
import { createEventHistory } from '../aws/cloudtrail.ts';
import { createHandler } from '../evaluation/handler.ts';
import { inactiveAccessKeyRule, MAXIMUM_EVENTS } from './rule.ts';

const clients = createClients();
const readHistory = createEventHistory(process.env['AWS_REGION'], clients.countCalls, {
  maximumEvents: MAXIMUM_EVENTS,
});

/** The Lambda entry of the Config rule `iam-user-inactive-access-key`. */
export const handler = createHandler(
  { ...clients, readHistory, now: () => new Date() },
  inactiveAccessKeyRule,
);
