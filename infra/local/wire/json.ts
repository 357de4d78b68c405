import { ServiceError } from '../call.ts';
import type { WireProtocol } from './protocol.ts';

const SERVICES = { StarlingDoveService: 'config', AmazonSSM: 'ssm' } as const;

const isTargetPrefix = (prefix: string): prefix is keyof typeof SERVICES =>
  Object.hasOwn(SERVICES, prefix);

const parseBody = (body: string): unknown => {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new ServiceError(
      'SerializationException',
      `the body must be JSON, got ${JSON.stringify(body.slice(0, 40))}`,
    );
  }
};

/** Writes dates as seconds since 1970: `value` is text already, since Date brings its own toJSON. */
function epochSeconds(this: Record<string, unknown>, key: string, value: unknown) {
  const member = this[key];
  return member instanceof Date ? member.getTime() / 1000 : value;
}

/**
 * AWS JSON 1.1, as AWS Config and Systems Manager speak it: `X-Amz-Target` names the operation.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export const jsonProtocol: WireProtocol = {
  decode: ({ headers, body }) => {
    const target = String(headers['x-amz-target']);
    const [prefix = '', operation = ''] = target.split('.');
    if (isTargetPrefix(prefix) && operation !== '')
      return { service: SERVICES[prefix], operation, input: parseBody(body) };
    const message = `unknown X-Amz-Target ${JSON.stringify(target)}`;
    throw new ServiceError('UnknownOperationException', message, 404);
  },

  encode: (output) => ({
    statusCode: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(output ?? {}, epochSeconds),
  }),

  encodeError: ({ code, message, statusCode }) => ({
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: code, message }),
  }),
};
