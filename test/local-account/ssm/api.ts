import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';
import { ServiceError, type ServiceName } from '../dispatch.ts';
import type { Action, ActionContext } from './action.ts';

const THROTTLED = new Set(['Throttling', 'ThrottlingException', 'TooManyRequestsException']);
const ATTEMPTS = 4;
const FIRST_PAUSE_MILLISECONDS = 50;

/**
 * Calls an API operation as the automation role. A throttled call is retried, as Systems Manager does.
 *
 * @throws an error with the message that the AWS SDK gives
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeawsapi.html
 */
export const callApi = async (
  { call, signal }: ActionContext,
  { service, operation, input }: { service: ServiceName; operation: string; input: unknown },
) => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(service, operation, input);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (!THROTTLED.has(error.code) || attempt === ATTEMPTS) {
        const message = `An error occurred (${error.code}) when calling the ${operation} operation: ${error.message}`;
        throw new Error(message, { cause: error });
      }
      await setTimeout(FIRST_PAUSE_MILLISECONDS * 2 ** attempt, undefined, { signal });
    }
  }
};

const ApiInputs = v.looseObject({
  Service: v.picklist(['iam', 'config', 'ssm', 'lambda', 'sns']),
  Api: v.pipe(v.string(), v.regex(/^\w+$/, 'expected the name of an operation')),
});

/** Converts the name of an operation from boto3's spelling, `update_access_key`. */
const operationName = (api: string) =>
  api.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Requests to IAM are forms, so every member is text. */
const asMembers = (service: ServiceName, members: Record<string, unknown>) =>
  service === 'iam'
    ? Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]))
    : members;

/** aws:executeAwsApi: calls one API operation. It takes 25 seconds at most. */
export const executeAwsApi: Action = {
  inputs: ApiInputs,
  outputs: {},
  maxSeconds: 25,
  run: async (given, context) => {
    const { Service: service, Api, ...members } = v.parse(ApiInputs, given);
    const request = { operation: operationName(Api), input: asMembers(service, members) };
    const output = await callApi(context, { service, ...request });
    // Outputs are selected from JSON, in which a date is text.
    const json: unknown = JSON.parse(JSON.stringify(output ?? {}));
    return { response: v.parse(v.record(v.string(), v.unknown()), json) };
  },
};

const LambdaInputs = v.pipe(
  v.strictObject({
    FunctionName: v.pipe(v.string(), v.nonEmpty()),
    InvocationType: v.optional(v.literal('RequestResponse'), 'RequestResponse'),
    InputPayload: v.optional(v.record(v.string(), v.unknown())),
    Payload: v.optional(v.string()),
  }),
  v.check(
    ({ InputPayload, Payload }) => InputPayload === undefined || Payload === undefined,
    'expected either InputPayload or Payload, got both',
  ),
);
const Invoked = v.object({
  StatusCode: v.number(),
  FunctionError: v.optional(v.string()),
  LogResult: v.string(),
  Payload: v.string(),
});

/**
 * aws:invokeLambdaFunction: invokes a function. `Payload` is the JSON text of its result.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-lamb.html
 */
export const invokeLambdaFunction: Action = {
  inputs: LambdaInputs,
  outputs: {
    StatusCode: 'String',
    FunctionError: 'String',
    LogResult: 'String',
    Payload: 'String',
  },
  maxSeconds: 300,
  run: async (given, context) => {
    const { InputPayload, Payload, ...input } = v.parse(LambdaInputs, given);
    const payload = InputPayload === undefined ? Payload : JSON.stringify(InputPayload);
    const output = await callApi(context, {
      service: 'lambda',
      operation: 'Invoke',
      input: { ...input, ...(payload === undefined ? {} : { Payload: payload }) },
    });
    const response = v.parse(Invoked, output);
    const { FunctionError } = response;
    if (FunctionError === undefined || !context.settings.failsOnFunctionError) return { response };
    throw new Error(`${input.FunctionName} returned ${FunctionError}: ${response.Payload}`);
  },
};
