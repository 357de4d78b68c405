import { ServiceError } from '../dispatch.ts';
import type { WireProtocol } from './protocol.ts';

const SERVICES = {
  StarlingDoveService: 'config',
  AmazonSSM: 'ssm',
  AmazonSQS: 'sqs',
  // CloudTrail accepts two prefixes: the SDK for JavaScript sends the first, boto3 and the AWS CLI the second.
  CloudTrail_20131101: 'cloudtrail',
  'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101': 'cloudtrail',
} as const;

const isTargetPrefix = (prefix: string): prefix is keyof typeof SERVICES =>
  Object.hasOwn(SERVICES, prefix);

const contentTypeOf = (isOlder: boolean) => ({
  'content-type': `application/x-amz-json-${isOlder ? '1.0' : '1.1'}`,
});

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

/** Writes dates as seconds since 1970. `value` is already text, because Date has its own toJSON. */
function epochSeconds(this: Record<string, unknown>, key: string, value: unknown) {
  const member = this[key];
  return member instanceof Date ? member.getTime() / 1000 : value;
}

/**
 * AWS JSON 1.1, as AWS Config, Systems Manager and CloudTrail speak it, and 1.0, as SQS speaks it. The header
 * `X-Amz-Target` names the operation.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export const jsonProtocol: WireProtocol = {
  decode: ({ headers, body }) => {
    const target = String(headers['x-amz-target']);
    // CloudTrail's longer prefix contains dots.
    const dot = target.lastIndexOf('.');
    const [prefix, operation] = [target.slice(0, Math.max(dot, 0)), target.slice(dot + 1)];
    if (isTargetPrefix(prefix) && operation !== '')
      return { service: SERVICES[prefix], operation, input: parseBody(body) };
    const message = `unknown X-Amz-Target ${JSON.stringify(target)}`;
    throw new ServiceError('UnknownOperationException', message, 404);
  },

  encode: (output, { service }) => ({
    statusCode: 200,
    headers: contentTypeOf(service === 'sqs'),
    body: JSON.stringify(output ?? {}, epochSeconds),
  }),

  encodeError: ({ code, message, statusCode }, _requestId, { headers }) => ({
    statusCode,
    headers: contentTypeOf(String(headers['x-amz-target']).startsWith('AmazonSQS.')),
    body: JSON.stringify({ __type: code, message }),
  }),
};
