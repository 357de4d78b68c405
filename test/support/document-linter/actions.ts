import type { Type } from './scope.ts';

/** What an input of an action has to be. */
export type Input = {
  readonly type: Type;
  readonly required?: boolean;
  /** The only texts that it may be. */
  readonly oneOf?: readonly string[];
};

/** What an action takes and gives. */
export type Action = {
  readonly inputs: Readonly<Record<string, Input>>;
  /** What it gives without being told to. */
  readonly outputs: Readonly<Record<string, Type>>;
  /** Longest timeoutSeconds. */
  readonly longest: number;
  /** Whether other inputs are judged elsewhere. */
  readonly takesMore?: boolean;
};

const DAYS = 24 * 60 * 60;
const text: Input = { type: 'String', required: true };

/**
 * The actions that the runbooks take, with the inputs that they give. What AWS leaves optional, but a reader should
 * see, is required.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
export const ACTIONS: Readonly<Record<string, Action>> = {
  'aws:approve': {
    inputs: {
      NotificationArn: { type: 'String' },
      Approvers: { type: 'StringList', required: true },
      MinRequiredApprovals: { type: 'Integer', required: true },
      Message: text,
    },
    outputs: { ApprovalStatus: 'String', ApproverDecisions: 'String' },
    longest: 30 * DAYS,
  },
  'aws:branch': {
    inputs: { Choices: { type: 'MapList', required: true }, Default: text },
    outputs: {},
    longest: 30 * DAYS,
  },
  'aws:executeAwsApi': {
    inputs: { Service: text, Api: text },
    outputs: {},
    longest: 25,
    takesMore: true,
  },
  'aws:executeScript': {
    inputs: {
      Runtime: { ...text, oneOf: ['python3.10', 'python3.11', 'python3.12'] },
      Handler: text,
      InputPayload: { type: 'StringMap', required: true },
      Script: text,
    },
    outputs: { Payload: 'StringMap' },
    longest: 600,
  },
  'aws:invokeLambdaFunction': {
    inputs: {
      FunctionName: text,
      // Of the others, Event and DryRun, no answer comes back.
      InvocationType: { ...text, oneOf: ['RequestResponse'] },
      InputPayload: { type: 'StringMap', required: true },
    },
    outputs: {
      StatusCode: 'String',
      FunctionError: 'String',
      LogResult: 'String',
      Payload: 'String',
    },
    longest: 300,
  },
  // How long it may sleep: sleep.ts.
  'aws:sleep': { inputs: { Duration: text }, outputs: {}, longest: 7 * DAYS },
};
