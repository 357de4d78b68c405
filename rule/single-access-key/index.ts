import { createClients } from '../aws/clients.ts';
import { createHandler } from '../evaluation/handler.ts';
import { singleAccessKeyRule } from './rule.ts';

/** The Lambda entry of the Config rule `iam-user-single-access-key`. */
export const handler = createHandler(
  { ...createClients(), now: () => new Date() },
  singleAccessKeyRule,
);
