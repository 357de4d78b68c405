import type { IncomingHttpHeaders } from 'node:http';
import { XMLBuilder } from 'fast-xml-parser';
import { type Call, ServiceError } from '../dispatch.ts';

/** An HTTP request whose body has been read. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** An HTTP response to send. */
export type WireAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The service, operation and input that a request names. */
type Asked = Pick<Call, 'service' | 'operation' | 'input'>;

/** An AWS wire protocol: reads requests, writes outputs and errors. */
export type WireProtocol = {
  /** @throws {ServiceError} when the request names no operation of this protocol */
  readonly decode: (request: WireRequest) => Asked;
  readonly encode: (output: unknown, asked: Asked, requestId: string) => WireAnswer;
  readonly encodeError: (
    error: ServiceError,
    requestId: string,
    request: WireRequest,
  ) => WireAnswer;
};

/** The XML namespaces of the services that use this protocol. They end in the API version. */
const NAMESPACES = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
} as const;
type QueryService = keyof typeof NAMESPACES;

const serviceOf = (version: string | null | undefined) =>
  (Object.keys(NAMESPACES) as QueryService[]).find((service) =>
    NAMESPACES[service].endsWith(`/${version}/`),
  );

/** Returns the attribute with the XML namespace of a service, or none for an unknown service. */
const namespaceOf = (service: string | undefined) =>
  service !== undefined && service in NAMESPACES
    ? { '@_xmlns': NAMESPACES[service as QueryService] }
    : undefined;

const builder = new XMLBuilder({ ignoreAttributes: false });

/** XML 1.0 has no control characters, not even escaped. A message may quote some from the input. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes them
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** IAM writes dates in whole seconds. */
const isoSeconds = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;

const toElements = (value: unknown): unknown => {
  if (value instanceof Date) return isoSeconds(value);
  if (Array.isArray(value)) return { member: value.map(toElements) };
  if (value instanceof Map)
    return { entry: Array.from(value, ([key, item]) => ({ key, value: toElements(item) })) };
  if (typeof value !== 'object' || value === null)
    return String(value).replaceAll(NOT_IN_XML, '\ufffd');
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, toElements(member)]));
};

const xmlAnswer = (statusCode: number, document: Record<string, unknown>) => ({
  statusCode,
  headers: { 'content-type': 'text/xml' },
  body: builder.build(document),
});

/**
 * The AWS query protocol of IAM, STS and SNS: the request is a form, the response is XML.
 *
 * Input members are text, because a form has no numbers. Lists (`Tags.member.1.Key`) stay flat.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const queryProtocol: WireProtocol = {
  decode: ({ body }) => {
    const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
    const service = serviceOf(Version);
    if (Action !== undefined && service !== undefined) return { service, operation: Action, input };
    const expected = `an Action and a Version of ${Object.values(NAMESPACES).join(', ')}`;
    const got = `Action ${JSON.stringify(Action)}, Version ${JSON.stringify(Version)}`;
    throw new ServiceError('InvalidAction', `expected ${expected}, got ${got}`);
  },

  encode: (output, { service, operation }, RequestId) =>
    xmlAnswer(200, {
      [`${operation}Response`]: {
        ...namespaceOf(service),
        ...(output === undefined ? {} : { [`${operation}Result`]: toElements(output) }),
        ResponseMetadata: { RequestId },
      },
    }),

  encodeError: ({ code, message, statusCode }, RequestId, { body }) => {
    const Type = statusCode < 500 ? 'Sender' : 'Receiver';
    const document = { Error: { Type, Code: code, Message: message }, RequestId };
    const namespace = namespaceOf(serviceOf(new URLSearchParams(body).get('Version')));
    return xmlAnswer(statusCode, {
      ErrorResponse: { ...namespace, ...Object(toElements(document)) },
    });
  },
};

const SERVICES = {
  StarlingDoveService: 'config',
  AmazonSSM: 'ssm',
  AmazonSQS: 'sqs',
  AWSOrganizationsV20161128: 'organizations',
  // CloudTrail accepts two prefixes: the SDK for JavaScript sends the first, boto3 and the AWS CLI the second.
  CloudTrail_20131101: 'cloudtrail',
  'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101': 'cloudtrail',
} as const;

const isTargetPrefix = (prefix: string): prefix is keyof typeof SERVICES =>
  Object.hasOwn(SERVICES, prefix);

const contentTypeOf = (isOlder: boolean) => ({
  'content-type': `application/x-amz-json-${isOlder ? '1.0' : '1.1'}`,
});

const parseBody = (body: string, errorCode: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    const message = `the body must be JSON, got ${JSON.stringify(body.slice(0, 40))}`;
    throw new ServiceError(errorCode, message);
  }
};

/** Writes dates as seconds since 1970. `value` is already text, because Date has its own toJSON. */
function epochSeconds(this: Record<string, unknown>, key: string, value: unknown) {
  const member = this[key];
  return member instanceof Date ? member.getTime() / 1000 : value;
}

/**
 * AWS JSON: version 1.1 of AWS Config, Systems Manager and CloudTrail, and 1.0 of SQS. The header `X-Amz-Target` names
 * the operation.
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
      return {
        service: SERVICES[prefix],
        operation,
        input: parseBody(body || '{}', 'SerializationException'),
      };
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

/** Operations by method and path. The input of a GET is in the query, of the others in the body. */
const ROUTES = {
  'GET /accounts': { service: 'securityhub', operation: 'DescribeHub' },
  'POST /findings': { service: 'securityhub', operation: 'GetFindings' },
  'PATCH /findings/batchupdate': { service: 'securityhub', operation: 'BatchUpdateFindings' },
  'POST /findings/import': { service: 'securityhub', operation: 'BatchImportFindings' },
} as const;

const isRoute = (route: string): route is keyof typeof ROUTES => Object.hasOwn(ROUTES, route);

/** Whether an operation of this protocol has the path. */
export const isRestPath = (path: string): boolean =>
  Object.keys(ROUTES).some((route) => route.endsWith(` ${path.split('?')[0]}`));

/**
 * REST-JSON of Security Hub: method and path name the operation.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restJsonProtocol: WireProtocol = {
  decode: ({ method, path, body }) => {
    const { pathname, searchParams } = new URL(path, 'http://127.0.0.1');
    const route = `${method} ${pathname}`;
    if (isRoute(route)) {
      const input =
        method === 'GET'
          ? Object.fromEntries(searchParams)
          : parseBody(body, 'InvalidInputException');
      return { ...ROUTES[route], input };
    }
    const expected = Object.keys(ROUTES).join(', ');
    const message = `expected ${expected}, got ${route}`;
    throw new ServiceError('UnknownOperationException', message, 404);
  },

  encode: (output) => ({
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(output),
  }),

  encodeError: ({ code, message, statusCode }) => ({
    statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ Code: code, Message: message }),
  }),
};
