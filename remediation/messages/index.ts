import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { HISTORY_LIMITS } from '../planner/make-plan.ts';
import { createPublish, createReadExecution } from './calls.ts';
import { createHandler } from './handler.ts';
import { parseMessageSettings } from './settings.ts';

const clients = createClients();
const settings = parseMessageSettings(process.env);
const readHistory = createEventHistory(settings.region, clients.countCalls, HISTORY_LIMITS);

/** The Lambda entry that publishes messages. */
export const handler = createHandler({
  ...clients,
  readHistory,
  readExecution: createReadExecution(clients.countCalls),
  publish: createPublish(clients.countCalls),
  settings,
  now: () => new Date(),
});
