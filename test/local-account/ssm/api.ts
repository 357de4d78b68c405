import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';
import { ServiceError, type ServiceName } from '../dispatch.ts';
import type { Action, ActionContext } from './action.ts';
import { selectOutput } from './references.ts';

const Request = v.looseObject({
  Service: v.picklist(['iam', 'config', 'ssm', 'lambda', 'sns']),
  Api: v.pipe(v.string(), v.regex(/^\w+$/)),
});
const PropertyRequest = v.looseObject({
  ...Request.entries,
  PropertySelector: v.string(),
  DesiredValues: v.pipe(v.array(v.string()), v.minLength(1)),
});

const THROTTLED = new Set(['Throttling', 'ThrottlingException', 'TooManyRequestsException']);
const ATTEMPTS = 4;
const FIRST_PAUSE_MILLISECONDS = 50;
const MILLISECONDS_BETWEEN_READS = 1000;

/** A runbook may write an operation as boto3 does, `update_access_key`. */
const operationName = (api: string) =>
  api.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** IAM's protocol is a form: its members arrive as text, whatever the document calls them. */
const asMembers = (service: ServiceName, members: Record<string, unknown>) =>
  service === 'iam'
    ? Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]))
    : members;

/**
 * Calls an operation as the automation role; a throttled call is tried again, as Systems Manager does.
 *
 * @throws an error in the words of the AWS SDK that Systems Manager calls with
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

const request = async (given: v.InferOutput<typeof Request>, context: ActionContext) => {
  const { Service: service, Api, ...members } = given;
  const operation = operationName(Api);
  const output = await callApi(context, { service, operation, input: asMembers(service, members) });
  // Outputs are read from what went over the wire, where a date is text.
  return v.parse(v.record(v.string(), v.unknown()), JSON.parse(JSON.stringify(output ?? {})));
};

const readProperty = async (given: unknown, context: ActionContext) => {
  const { PropertySelector: Selector, DesiredValues, ...rest } = v.parse(PropertyRequest, given);
  const response = await request(rest, context);
  const value = selectOutput({ Name: 'PropertySelector', Selector, Type: 'String' }, response);
  const isDesired = DesiredValues.includes(String(value));
  return { response, isDesired, seen: `${Selector} is ${value}, expected ${DesiredValues}` };
};

/** aws:executeAwsApi: any one operation of the account; 25 s at most. */
export const executeAwsApi: Action = {
  outputs: [],
  maxSeconds: 25,
  run: async (given, context) => ({ response: await request(v.parse(Request, given), context) }),
};

/** aws:assertAwsResourceProperty: fails unless the property has a desired value. */
export const assertAwsResourceProperty: Action = {
  outputs: [],
  maxSeconds: 25,
  run: async (given, context) => {
    const { response, isDesired, seen } = await readProperty(given, context);
    if (isDesired) return { response };
    throw new Error(seen);
  },
};

/** aws:waitForAwsResourceProperty: reads the property until it has a desired value, one hour by default. */
export const waitForAwsResourceProperty: Action = {
  outputs: [],
  maxSeconds: 3600,
  run: async (given, context) => {
    for (;;) {
      const { response, isDesired } = await readProperty(given, context);
      if (isDesired) return { response };
      await setTimeout(MILLISECONDS_BETWEEN_READS, undefined, { signal: context.signal });
    }
  },
};

const Inputs = v.pipe(
  v.strictObject({
    FunctionName: v.string(),
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
 * aws:invokeLambdaFunction: a function's answer, `Payload` being its JSON text.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-lamb.html
 */
export const invokeLambdaFunction: Action = {
  outputs: ['StatusCode', 'FunctionError', 'LogResult', 'Payload'],
  maxSeconds: 300,
  run: async (given, context) => {
    const { InputPayload, Payload, ...input } = v.parse(Inputs, given);
    const payload = InputPayload === undefined ? Payload : JSON.stringify(InputPayload);
    const response = v.parse(
      Invoked,
      await callApi(context, {
        service: 'lambda',
        operation: 'Invoke',
        input: { ...input, ...(payload === undefined ? {} : { Payload: payload }) },
      }),
    );
    if (response.FunctionError === undefined || !context.settings.failsOnFunctionError)
      return { response };
    throw new Error(
      `${input.FunctionName} answered ${response.FunctionError}: ${response.Payload}`,
    );
  },
};
