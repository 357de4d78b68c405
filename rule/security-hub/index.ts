import { createClients } from '../aws/clients.ts';
import { createHandler } from './handler.ts';
import { createSecurityHub } from './security-hub.ts';
import { parseFindingSettings } from './settings.ts';

const clients = createClients();
const settings = parseFindingSettings(process.env);

/** The Lambda entry of the findings: what Config holds, told to Security Hub. */
export const handler = createHandler({
  ...clients,
  securityHub: createSecurityHub(settings.place, clients.countCalls),
  settings,
  now: () => new Date(),
});
