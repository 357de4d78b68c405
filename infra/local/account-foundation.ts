import { createDispatcher } from './dispatch.ts';
import { createFaults } from './faults.ts';
import { createRoles } from './roles.ts';
import type { ActionSettings } from './ssm/action.ts';
import { startServer } from './wire/server.ts';

/** How the local account differs from the usual one. */
export type LocalAccountOptions = {
  /** @default a free one */
  readonly port?: number | undefined;
  /** @default the system clock */
  readonly now?: (() => Date) | undefined;
  /** Most items on any page. @default what the service's API allows */
  readonly pageSize?: number | undefined;
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  /** The Node that runs functions. @default the one that runs the account */
  readonly nodePath?: string | undefined;
  /** What AWS leaves open about runbooks, and the machine's Python. */
  readonly automation?: Partial<ActionSettings> | undefined;
};

/** What every service stands on: who calls, what fails, and where the account listens. */
export const createFoundation = async (options: LocalAccountOptions) => {
  const { now = () => new Date(), accountId = '123456789012', region = 'us-east-1' } = options;
  const faults = createFaults();
  const dispatcher = createDispatcher(faults, now);
  const roles = createRoles({ accountId });
  const server = await startServer({
    dispatcher,
    port: options.port,
    principalOf: roles.principalOf,
  });
  const { pageSize, nodePath, automation: settings } = options;
  const shared = { now, accountId, region, pageSize, nodePath, settings };
  return { ...shared, faults, dispatcher, roles, server, endpoint: server.endpoint };
};

export type Foundation = Awaited<ReturnType<typeof createFoundation>>;
