import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { createHandler } from './handler.ts';

const clients = createClients();
const readHistory = createEventHistory(process.env['AWS_REGION'], clients.countCalls);

/** The Lambda entry of the planner that the runbooks ask. */
export const handler = createHandler({ ...clients, readHistory, now: () => new Date() });
