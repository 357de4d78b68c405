import type { Wait } from '../clock.ts';
import { type Dispatcher, ServiceError } from '../dispatch.ts';
import type { LocalRole, Roles } from '../roles.ts';
import type { ActionContext, ActionSettings } from './action.ts';
import { resolveReferences } from './references.ts';

/** What SSM Automation needs of its account. */
export type AutomationDeps = {
  readonly now: () => Date;
  /** How the account's time passes. */
  readonly wait: Wait;
  readonly accountId: string;
  readonly region: string;
  readonly roles: Roles;
  readonly dispatcher: Dispatcher;
  /** Where the account listens: a script's AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  /** @default a function's error does not fail its step; scripts run on `python3` */
  readonly settings?: Partial<ActionSettings> | undefined;
};

const DEFAULT_SETTINGS: ActionSettings = {
  failsOnFunctionError: false,
  python: ['python3'],
  scriptSpeed: 1,
};

/**
 * The role with which an execution acts; it must trust Systems Manager.
 *
 * @throws {ServiceError} InvalidAutomationExecutionParametersException
 */
export const assumedRole = (
  roles: Roles,
  assumeRole: string,
  values: Readonly<Record<string, unknown>>,
): LocalRole => {
  const Arn = resolveReferences(assumeRole, (name) => values[name]);
  try {
    return roles.assumedBy('ssm.amazonaws.com', String(Arn));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const message = `The defined assume role is unable to be assumed: ${error.message}`;
    throw new ServiceError('InvalidAutomationExecutionParametersException', message);
  }
};

/** The references that every document knows. */
export const systemVariables = ({ accountId, region }: AutomationDeps, executionId: string) => ({
  'global:ACCOUNT_ID': accountId,
  'global:REGION': region,
  'global:AWS_PARTITION': 'aws',
  'automation:EXECUTION_ID': executionId,
});

/** What the actions of an execution work with: the rights of its role. */
export const actionContext = (
  deps: AutomationDeps,
  { RoleName, environment }: LocalRole,
): Pick<ActionContext, 'call' | 'environment' | 'settings'> => ({
  call: (service, operation, input) =>
    deps.dispatcher.call({ service, operation, input, principal: RoleName }),
  environment: {
    ...environment,
    AWS_REGION: deps.region,
    AWS_DEFAULT_REGION: deps.region,
    AWS_ENDPOINT_URL: deps.endpoint,
  },
  settings: { ...DEFAULT_SETTINGS, ...deps.settings },
});
