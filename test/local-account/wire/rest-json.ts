import { ServiceError } from '../dispatch.ts';
import type { WireProtocol } from './protocol.ts';

/** Operations by method and path. The input of a GET is in the query, of a POST in the body. */
const OPERATIONS = {
  'GET /accounts': { service: 'securityhub', operation: 'DescribeHub' },
  'POST /findings': { service: 'securityhub', operation: 'GetFindings' },
  'POST /findings/import': { service: 'securityhub', operation: 'BatchImportFindings' },
} as const;

const isOperation = (route: string): route is keyof typeof OPERATIONS =>
  Object.hasOwn(OPERATIONS, route);

/** Whether an operation of this protocol has the path. */
export const isRestPath = (path: string): boolean =>
  Object.keys(OPERATIONS).some((route) => route.endsWith(` ${path.split('?')[0]}`));

const parseBody = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    const message = `the body must be JSON, got ${JSON.stringify(body.slice(0, 40))}`;
    throw new ServiceError('InvalidInputException', message);
  }
};

/**
 * REST-JSON, as Security Hub speaks it: method and path name the operation.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restJsonProtocol: WireProtocol = {
  decode: ({ method, path, body }) => {
    const { pathname, searchParams } = new URL(path, 'http://127.0.0.1');
    const route = `${method} ${pathname}`;
    if (isOperation(route)) {
      const input = method === 'GET' ? Object.fromEntries(searchParams) : parseBody(body);
      return { ...OPERATIONS[route], input };
    }
    const expected = Object.keys(OPERATIONS).join(', ');
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
