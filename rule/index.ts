import { createClients } from './clients.ts';
import { createHandler } from './handler.ts';

/** The Lambda entry of the Config rule `iam-user-single-access-key`. */
export const handler = createHandler(createClients());
