import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory, createKeyEvents } from '../../rule/aws/cloudtrail.ts';
import { parseEnvironment } from '../plans/input.ts';
import { createHandler } from './handler.ts';
import { HISTORY_LIMITS } from './make-plan.ts';

const clients = createClients();
const region = process.env['AWS_REGION'];
const readHistory = createEventHistory(region, clients.countCalls, HISTORY_LIMITS);

/** The Lambda entry of the planner that the runbooks invoke. */
export const handler = createHandler({
  ...clients,
  ...parseEnvironment(process.env),
  readHistory,
  readKeyEvents: createKeyEvents(clients.countCalls),
  region,
  now: () => new Date(),
});
