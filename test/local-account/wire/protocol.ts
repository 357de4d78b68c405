import type { IncomingHttpHeaders } from 'node:http';
import type { Call, ServiceError } from '../call.ts';

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
