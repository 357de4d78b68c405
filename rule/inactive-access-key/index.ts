import { createClients } from '../clients.ts';
import { createEventHistory } from '../event-history.ts';
import { createHandler } from '../handler.ts';
import { inactiveAccessKeyRule } from './rule.ts';

const clients = createClients();
const readHistory = createEventHistory(process.env['AWS_REGION'], clients.countCalls);

/** The Lambda entry of the Config rule `iam-user-inactive-access-key`. */
export const handler = createHandler({ ...clients, readHistory }, inactiveAccessKeyRule);
