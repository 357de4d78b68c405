import * as v from 'valibot';
import { ServiceError } from '../dispatch.ts';
import type { WireAnswer, WireProtocol, WireRequest } from './protocol.ts';

/** The account's time, and how to move it on. */
export type MovableClock = {
  readonly now: () => Date;
  readonly advance: (milliseconds: number) => void;
};

const MILLISECONDS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

const isUnit = (unit = ''): unit is keyof typeof MILLISECONDS => Object.hasOwn(MILLISECONDS, unit);

const answer = (statusCode: number, body: unknown): WireAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The request moves the clock: no protocol of AWS has such a path. */
export const isClockRequest = ({ method, path }: WireRequest): boolean =>
  method === 'POST' && /^\/clock(\?|$)/.test(path);

/** `POST /clock?advance=30d`: the account's time moves on; the answer is the new time. */
export const answerClock = ({ path }: WireRequest, { now, advance }: MovableClock): WireAnswer => {
  const given = new URL(path, 'http://127.0.0.1').searchParams.get('advance');
  const [, count, unit] = /^([1-9]\d{0,3})([a-z])$/.exec(given ?? '') ?? [];
  if (!isUnit(unit)) {
    const expected = 'advance must be a whole number from 1 to 9999 of d, h, m or s, such as 30d';
    return answer(400, { message: `${expected}, got ${JSON.stringify(given)}` });
  }
  advance(Number(count) * MILLISECONDS[unit]);
  return answer(200, { now: now() });
};

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
