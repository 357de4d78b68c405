import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { HISTORY_LIMITS } from '../planner/make-plan.ts';
import { createActions } from './actions.ts';
import { createHandler } from './handler.ts';
import { parseAutomaticSettings } from './settings.ts';

const clients = createClients();
const { maximumSeconds } = HISTORY_LIMITS;
const readHistory = createEventHistory(process.env['AWS_REGION'], clients.countCalls, {
  maximumSeconds,
});

/** The Lambda entry of automatic mode, which a schedule invokes. */
export const handler = createHandler({
  ...clients,
  readHistory,
  actions: createActions(clients.countCalls),
  settings: parseAutomaticSettings(process.env),
  now: () => new Date(),
});
