import type { Wait } from '../clock.ts';
import { type Dispatcher, ServiceError, type ServiceName } from '../dispatch.ts';
import type { LocalRole, Roles } from '../roles.ts';
import { resolveReferences } from './references.ts';
import type { Approval } from './waiting.ts';

/** What an action works with: the automation role's rights, and the step's time. */
export type ActionContext = {
  /** One API call as the automation role. */
  readonly call: (service: ServiceName, operation: string, input: unknown) => Promise<unknown>;
  /** Region, credentials and endpoint of the automation role, for a script's process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly executionId: string;
  /** What the step may take. */
  readonly timeoutSeconds: number;
  /** Aborts when the step's time is up, or the account closes. */
  readonly signal: AbortSignal;
  /** Lets so many milliseconds of the account's time pass. */
  readonly rest: (milliseconds: number) => Promise<void>;
  /** Shows the step as waiting until the approval is decided, or so many milliseconds have passed. */
  readonly waitFor: (approval: Approval, milliseconds: number) => Promise<void>;
  readonly settings: ActionSettings;
};

/** What AWS leaves open, and what the machine has. */
export type ActionSettings = {
  /** AWS does not document whether a function that answers with an error fails its step. */
  readonly failsOnFunctionError: boolean;
  /** The command that runs scripts, with its leading arguments. */
  readonly python: readonly string[];
  /** Seconds that pass for a script in one second: a test does not wait a minute. */
  readonly scriptSpeed: number;
};

/** What a step did: its response, from which outputs are selected, and where a branch leads. */
export type ActionResult = {
  readonly response: Readonly<Record<string, unknown>>;
  readonly nextStep?: string;
};

/** One of the actions that a step can have. */
export type Action = {
  /** The outputs that a step of this action has without declaring them. */
  readonly outputs: readonly string[];
  /** How long a step may take at most. */
  readonly maxSeconds: number;
  /** How long it may take when it says nothing. @default maxSeconds */
  readonly defaultSeconds?: number;
  /** It ends by itself when `timeoutSeconds` of the account are over. @default its time is real time */
  readonly onlyRests?: boolean;
  /** @param inputs  references already resolved */
  readonly run: (inputs: unknown, context: ActionContext) => Promise<ActionResult>;
};

/** The time of a step that only rests is up. */
export class StepTimedOut extends Error {}

/** A failure of which the step shows outputs. */
export class StepFailed extends Error {
  readonly response: ActionResult['response'];

  constructor(message: string, response: ActionResult['response']) {
    super(message);
    this.response = response;
  }
}

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
