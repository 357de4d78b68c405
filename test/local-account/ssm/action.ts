import type { ServiceName } from '../dispatch.ts';
import type { Approval } from './approval.ts';

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
