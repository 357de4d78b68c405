import { createClients } from '../aws/clients.ts';
import { createHandler } from './handler.ts';
import { createSecurityHub } from './security-hub.ts';
import { parseFindingSettings } from './settings.ts';

const clients = createClients();
const settings = parseFindingSettings(process.env);

/** The Lambda handler that imports the violations recorded in AWS Config into Security Hub. */
export const handler = createHandler({
  ...clients,
  securityHub: createSecurityHub(settings.place, clients.countCalls),
  settings,
  now: () => new Date(),
});
