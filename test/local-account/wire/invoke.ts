import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import type { WireProtocol } from './protocol.ts';

/** Where a function is invoked; the name may be an ARN. */
export const INVOCATION_PATH = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

const Invoked = v.object({
  StatusCode: v.number(),
  FunctionError: v.optional(v.string()),
  Payload: v.string(),
});

const functionNameIn = (path: string) => {
  const name = INVOCATION_PATH.exec(path)?.[1];
  try {
    if (name !== undefined) return decodeURIComponent(name);
  } catch {
    // Falls through to the refusal below: a broken escape is as unknown as any other path.
  }
  throw new ServiceError(
    'UnknownOperationException',
    `unknown path ${JSON.stringify(path)}, expected the invocations of a function`,
    404,
  );
};

/**
 * REST-JSON as far as Lambda's Invoke: the payload is the body, the rest stands in headers.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const invokeProtocol: WireProtocol = {
  decode: ({ path, headers, body }) => ({
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: functionNameIn(path),
      InvocationType: headers['x-amz-invocation-type'] ?? 'RequestResponse',
      Payload: body,
    },
  }),

  encode: (output) => {
    const { StatusCode, FunctionError, Payload } = v.parse(Invoked, output);
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (FunctionError !== undefined) headers['x-amz-function-error'] = FunctionError;
    return { statusCode: StatusCode, headers, body: Payload };
  },

  encodeError: ({ code, message, statusCode }) => ({
    statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ Type: statusCode < 500 ? 'User' : 'Server', Message: message }),
  }),
};
