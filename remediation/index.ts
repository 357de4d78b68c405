import { createClients } from '../rule/clients.ts';
import { createHandler } from './handler.ts';

/** The Lambda entry of the planner that the runbook asks. */
export const handler = createHandler({ ...createClients(), now: () => new Date() });
