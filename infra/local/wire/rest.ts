import { ServiceError } from '../call.ts';
import type { WireProtocol } from './protocol.ts';

/** The operations that are told by method and path alone, their input in the query. */
const OPERATIONS = {
  'GET /accounts': { service: 'securityhub', operation: 'DescribeHub' },
} as const;

const isOperation = (route: string): route is keyof typeof OPERATIONS =>
  Object.hasOwn(OPERATIONS, route);

/** The request has a path of REST-JSON. */
export const isRestPath = (path: string): boolean =>
  Object.keys(OPERATIONS).some((route) => route.endsWith(` ${path.split('?')[0]}`));

/**
 * REST-JSON as far as Security Hub's DescribeHub: method and path name the operation.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restProtocol: WireProtocol = {
  decode: ({ method, path }) => {
    const { pathname, searchParams } = new URL(path, 'http://127.0.0.1');
    const route = `${method} ${pathname}`;
    if (isOperation(route))
      return { ...OPERATIONS[route], input: Object.fromEntries(searchParams) };
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
