import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Dispatcher, ServiceError } from '../dispatch.ts';
import {
  isRestPath,
  jsonProtocol,
  queryProtocol,
  restJsonProtocol,
  type WireAnswer,
  type WireProtocol,
  type WireRequest,
} from './protocols.ts';

/** The account's time and the function that advances it. */
type MovableClock = {
  readonly now: () => Date;
  readonly advance: (milliseconds: number) => void;
};

const MILLISECONDS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

const isUnit = (unit = ''): unit is keyof typeof MILLISECONDS => Object.hasOwn(MILLISECONDS, unit);

const jsonAnswer = (statusCode: number, body: unknown): WireAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Whether the request is `POST /clock`, a path that no AWS protocol has. */
const isClockRequest = ({ method, path }: WireRequest): boolean =>
  method === 'POST' && /^\/clock(\?|$)/.test(path);

/** Answers `POST /clock?advance=30d`: advances the account's time and returns the new time. */
const answerClock = ({ path }: WireRequest, { now, advance }: MovableClock): WireAnswer => {
  const given = new URL(path, 'http://127.0.0.1').searchParams.get('advance');
  const [, count, unit] = /^([1-9]\d{0,3})([a-z])$/.exec(given ?? '') ?? [];
  if (!isUnit(unit)) {
    const expected = 'advance must be a whole number from 1 to 9999 of d, h, m or s, such as 30d';
    return jsonAnswer(400, { message: `${expected}, got ${JSON.stringify(given)}` });
  }
  advance(Number(count) * MILLISECONDS[unit]);
  return jsonAnswer(200, { now: now() });
};

/** What the server serves. */
export type ServerOptions = {
  readonly dispatcher: Pick<Dispatcher, 'call'>;
  /** Returns the name of the role or user that signs with this access key id. */
  readonly principalOf: (accessKeyId: string) => string;
  /** @default a free port */
  readonly port?: number | undefined;
  /** The account's time; SDK clients correct their own clock by it. @default real time */
  readonly now?: (() => Date) | undefined;
  /** The clock that `POST /clock` advances. @default none */
  readonly clock?: MovableClock | undefined;
};

/** A running server. */
export type Server = { readonly endpoint: string; readonly close: () => Promise<void> };

const MAX_BODY_BYTES = 1024 * 1024;
const CREDENTIAL = /\bCredential=([^/,\s]+)\/(?:\d{8}\/([^/,\s]+)\/)?/;

/**
 * Reads who signed a request and for which Region: `Credential=<access key id>/<date>/<Region>/<service>/aws4_request`.
 *
 * @throws {ServiceError} MissingAuthenticationToken
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export const signatureIn = (authorization = '') => {
  const [, accessKeyId, region] = CREDENTIAL.exec(authorization) ?? [];
  if (accessKeyId !== undefined) return { accessKeyId, region };
  const message = 'expected a request signed with Signature Version 4, got none';
  throw new ServiceError('MissingAuthenticationToken', message, 403);
};

/** Chooses the protocol of a request by its path, else by its content type. */
export const protocolOf = ({ path, headers }: WireRequest): WireProtocol => {
  if (isRestPath(path)) return restJsonProtocol;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? queryProtocol : jsonProtocol;
};

const refuseOtherRoutes = ({ method, path }: WireRequest, protocol: WireProtocol) => {
  if (protocol === restJsonProtocol || (method === 'POST' && path === '/')) return;
  const message = `expected POST /, got ${method} ${path}`;
  throw new ServiceError('UnknownOperationException', message, 404);
};

/** Reads the body to its end even if it is too large: a client that still sends does not read the refusal. */
const readBody = async (request: IncomingMessage) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes <= MAX_BODY_BYTES) return { body: Buffer.concat(chunks).toString() };
  const message = `the body must have at most ${MAX_BODY_BYTES} bytes, got ${bytes}`;
  return { body: '', tooLarge: new ServiceError('RequestEntityTooLargeException', message, 413) };
};

const asServiceError = (error: unknown) =>
  error instanceof ServiceError
    ? error
    : new ServiceError('InternalFailure', `the local account failed: ${error}`, 500);

const answer = async (incoming: IncomingMessage, requestId: string, options: ServerOptions) => {
  const { body, tooLarge } = await readBody(incoming);
  const { method = '', url: path = '', headers } = incoming;
  const request = { method, path, headers, body };
  const { clock, dispatcher, principalOf } = options;
  if (clock !== undefined && isClockRequest(request)) return answerClock(request, clock);
  const protocol = protocolOf(request);
  try {
    if (tooLarge !== undefined) throw tooLarge;
    refuseOtherRoutes(request, protocol);
    const { accessKeyId, region } = signatureIn(headers.authorization);
    const asked = protocol.decode(request);
    const principal = principalOf(accessKeyId);
    const userAgent = headers['user-agent'];
    const output = await dispatcher.call({ ...asked, principal, region, accessKeyId, userAgent });
    return protocol.encode(output, asked, requestId);
  } catch (error) {
    return protocol.encodeError(asServiceError(error), requestId, request);
  }
};

/** Serves the AWS services in their wire protocols, on 127.0.0.1 only. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const { port: asked = 0, now = () => new Date() } = options;
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID();
    const { statusCode, headers, body }: WireAnswer = await answer(incoming, requestId, options);
    const date = now().toUTCString();
    response.writeHead(statusCode, { ...headers, date, 'x-amzn-requestid': requestId }).end(body);
  };
  const server = createServer((incoming, response) => {
    // This fails only if the client closed the connection in the middle of its body.
    serve(incoming, response).catch(() => response.destroy());
  });
  // SDK clients reuse connections: a request on one that the server has just closed fails.
  server.keepAliveTimeout = 10 * 60_000;
  server.listen(asked, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
