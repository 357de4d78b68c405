import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { parseEnvironment } from '../plans/input.ts';
import { createHandler } from './handler.ts';
import { MAXIMUM_EVENTS } from './make-plan.ts';

const clients = createClients();
const readHistory = createEventHistory(process.env['AWS_REGION'], clients.countCalls, {
  maximumEvents: MAXIMUM_EVENTS,
});

/** The Lambda entry of the planner that the runbooks invoke. */
export const handler = createHandler({
  ...clients,
  ...parseEnvironment(process.env),
  readHistory,
  now: () => new Date(),
});
