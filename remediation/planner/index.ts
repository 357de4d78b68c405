import { createClients } from '../../rule/aws/clients.ts';
import { createEventHistory } from '../../rule/aws/cloudtrail.ts';
import { parseEnvironment } from '../plans/input.ts';
import { createHandler } from './handler.ts';

/** The maximum number of events that the planner reads: 30 pages, which take 15 s at two pages a second, and two minutes at 3.9 s a page. */
const maximumEvents = 1_500;

const clients = createClients();
const readHistory = createEventHistory(process.env['AWS_REGION'], clients.countCalls, {
  maximumEvents,
});

/** The Lambda entry of the planner that the runbooks invoke. */
export const handler = createHandler({
  ...clients,
  ...parseEnvironment(process.env),
  readHistory,
  now: () => new Date(),
});
