import { createClients } from '../aws/clients.ts';
import { createHandler } from './handler.ts';
import { parseTriggerSettings } from './settings.ts';

/** The milliseconds that an AWS call may take. The function itself has fifteen seconds. */
const requestTimeout = 4_000;

/** The Lambda handler that starts evaluations when key events arrive. */
export const handler = createHandler({
  ...createClients({ requestTimeout }),
  settings: parseTriggerSettings(process.env),
  now: () => new Date(),
});
