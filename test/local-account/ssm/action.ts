import type * as v from 'valibot';
import type { Wait } from '../clock.ts';
import { type Dispatcher, ServiceError, type ServiceName } from '../dispatch.ts';
import type { LocalRole, Roles } from '../sts/sts.ts';
import type { ValueType } from './document.ts';
import type { Approval } from './execution.ts';
import { resolveReferences } from './references.ts';

/** The rights and the time that an action has. */
export type ActionContext = {
  /** Calls an API operation as the automation role. */
  readonly call: (service: ServiceName, operation: string, input: unknown) => Promise<unknown>;
  /** The Region, credentials and endpoint that a script's process gets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly executionId: string;
  /** Seconds that the step may take. */
  readonly timeoutSeconds: number;
  /** Aborts when the step times out or the account closes. */
  readonly signal: AbortSignal;
  /** Waits for a number of milliseconds of the account's time. */
  readonly rest: (milliseconds: number) => Promise<void>;
  /** Shows the step as Waiting until the approval is decided or a number of milliseconds have passed. */
  readonly waitFor: (approval: Approval, milliseconds: number) => Promise<void>;
  readonly settings: ActionSettings;
};

/** Settings for what AWS does not document and for what depends on the machine. */
export type ActionSettings = {
  /** Whether a Lambda function that returns an error fails its step. AWS does not document it. */
  readonly failsOnFunctionError: boolean;
  /** Whether a rejected request for approval fails its step. AWS does not document it. */
  readonly failsOnRejection: boolean;
  /** The command that runs Python, with its leading arguments. */
  readonly python: readonly string[];
  /** How many times faster than real time a script sleeps. A test does not wait for a minute. */
  readonly scriptSpeed: number;
  /** Returns a signal that aborts after a number of seconds. */
  readonly timeLimit: (seconds: number) => AbortSignal;
};

const DEFAULT_SETTINGS: ActionSettings = {
  failsOnFunctionError: false,
  failsOnRejection: true,
  python: ['python3'],
  scriptSpeed: 1,
  timeLimit: (seconds) => AbortSignal.timeout(seconds * 1000),
};

/** The result of an action: the response that outputs are selected from, and the step that a branch leads to. */
export type ActionResult = {
  readonly response: Readonly<Record<string, unknown>>;
  readonly nextStep?: string;
};

/** An action that a step can have. */
export type Action = {
  /** The inputs that a step of this action may have. */
  readonly inputs: v.GenericSchema;
  /** The outputs that a step has without declaring them. */
  readonly outputs: Readonly<Record<string, ValueType>>;
  /** The longest `timeoutSeconds` of a step. */
  readonly maxSeconds: number;
  /** The `timeoutSeconds` of a step that does not set it. @default maxSeconds */
  readonly defaultSeconds?: number;
  /** Whether the action ends its own wait by the account's clock. @default the step ends the action in real time */
  readonly onlyRests?: boolean;
  /** @param inputs  the step's inputs, with references resolved */
  readonly run: (inputs: unknown, context: ActionContext) => Promise<ActionResult>;
};

/** The error of an action that waited until its step timed out. */
export class StepTimedOut extends Error {}

/** The error of an action whose step shows outputs although it failed. */
export class StepFailed extends Error {
  readonly response: ActionResult['response'];

  constructor(message: string, response: ActionResult['response']) {
    super(message);
    this.response = response;
  }
}

/** The parts of the account that SSM Automation uses. */
export type AutomationDeps = {
  readonly now: () => Date;
  /** Waits in the account's time. */
  readonly wait: Wait;
  readonly accountId: string;
  readonly region: string;
  readonly roles: Roles;
  readonly dispatcher: Dispatcher;
  /** The URL of the account, which scripts get as AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  /** @default a function's error does not fail its step, a rejection does; scripts run on `python3` in real time */
  readonly settings?: Partial<ActionSettings> | undefined;
};

/**
 * Finds the role that an execution acts as. It must trust Systems Manager.
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

/** Creates the part of the context that all actions of an execution share. */
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
