import type { IncomingHttpHeaders } from 'node:http';
import { type Call, ServiceError } from '../dispatch.ts';
import { INVOCATION_PATH, invokeProtocol } from './invoke.ts';
import { jsonProtocol } from './json.ts';
import { queryProtocol } from './query.ts';
import { isRestPath, restProtocol } from './rest.ts';

/** An HTTP request as it came, its body read. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** An HTTP answer to send. */
export type WireAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What a request asks for. */
type Asked = Pick<Call, 'service' | 'operation' | 'input'>;

/** One AWS wire protocol: how a request reads, and how an output or an error is written. */
export type WireProtocol = {
  /** @throws {ServiceError} when the request is none of this protocol */
  readonly decode: (request: WireRequest) => Asked;
  readonly encode: (output: unknown, asked: Asked, requestId: string) => WireAnswer;
  readonly encodeError: (
    error: ServiceError,
    requestId: string,
    request: WireRequest,
  ) => WireAnswer;
};

/** The protocol of a request: told by its path, else by what its body is. */
export const protocolOf = ({ path, headers }: WireRequest): WireProtocol => {
  if (INVOCATION_PATH.test(path)) return invokeProtocol;
  if (isRestPath(path)) return restProtocol;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? queryProtocol : jsonProtocol;
};

/**
 * Only REST takes another method than POST, and only it and Lambda another path than /.
 *
 * @throws {ServiceError} UnknownOperationException
 */
export const refuseOtherRoutes = ({ method, path }: WireRequest, protocol: WireProtocol) => {
  if (protocol === restProtocol) return;
  if (method === 'POST' && (protocol === invokeProtocol || path === '/')) return;
  const message = `expected POST /, got ${method} ${path}`;
  throw new ServiceError('UnknownOperationException', message, 404);
};
