import type { IncomingHttpHeaders } from 'node:http';
import type { Call, ServiceError } from '../dispatch.ts';

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
