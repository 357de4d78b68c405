import * as v from 'valibot';
import type { Action } from './action.ts';
import { callApi } from './api.ts';

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
