import { ServiceError } from '../call.ts';
import { INVOCATION_PATH, invokeProtocol } from './invoke.ts';
import { jsonProtocol } from './json.ts';
import type { WireProtocol, WireRequest } from './protocol.ts';
import { queryProtocol } from './query.ts';
import { isRestPath, restProtocol } from './rest.ts';

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
