import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '../dispatch.ts';
import { type CalledAccount, createCalledAccounts, signatureIn } from './called-accounts.ts';
import { answerClock, isClockRequest, type MovableClock } from './invoke.ts';
import { protocolOf, refuseOtherRoutes, type WireAnswer, type WireRequest } from './protocol.ts';

/** The account that is served first, and where it listens. */
type ServerOptions = CalledAccount & {
  /** @default a free one */
  readonly port?: number | undefined;
  /** The account's time, which clients correct their own by. @default real time */
  readonly now?: (() => Date) | undefined;
  /** @default none that a request could move */
  readonly clock?: MovableClock | undefined;
};

/** What a request is answered with. */
type Served = Pick<ServerOptions, 'now' | 'clock'> & {
  readonly callerOf: ReturnType<typeof createCalledAccounts>['callerOf'];
};

const MAX_BODY_BYTES = 1024 * 1024;

/** Reads to the end even what is too large: a client that still sends does not read the refusal. */
const readBody = async (request: IncomingMessage) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString(), bytes };
};

const asServiceError = (error: unknown) =>
  error instanceof ServiceError
    ? error
    : new ServiceError('InternalFailure', `the local account failed: ${error}`, 500);

const ask = async (
  request: WireRequest,
  requestId: string,
  { callerOf, clock }: Served,
): Promise<WireAnswer> => {
  if (clock !== undefined && isClockRequest(request)) return answerClock(request, clock);
  const protocol = protocolOf(request);
  try {
    refuseOtherRoutes(request, protocol);
    const { accessKeyId, region } = signatureIn(request.headers.authorization);
    const { principal, dispatcher } = callerOf(accessKeyId);
    const asked = protocol.decode(request);
    const output = await dispatcher.call({ ...asked, principal, region });
    return protocol.encode(output, asked, requestId);
  } catch (error) {
    return protocol.encodeError(asServiceError(error), requestId, request);
  }
};

const answer = async (incoming: IncomingMessage, response: ServerResponse, served: Served) => {
  const { text, bytes } = await readBody(incoming);
  const { method = '', url: path = '', headers } = incoming;
  const request = { method, path, headers, body: text };
  const tooLarge = new ServiceError(
    'RequestEntityTooLargeException',
    `the body must have at most ${MAX_BODY_BYTES} bytes, got ${bytes}`,
    413,
  );
  const requestId = randomUUID();
  const given =
    bytes > MAX_BODY_BYTES
      ? protocolOf(request).encodeError(tooLarge, requestId, request)
      : await ask(request, requestId, served);
  const date = (served.now?.() ?? new Date()).toUTCString();
  response
    .writeHead(given.statusCode, { ...given.headers, date, 'x-amzn-requestid': requestId })
    .end(given.body);
};

/** Serves the services of accounts in their real wire protocols, on 127.0.0.1 only. */
export const startServer = async ({ port: asked = 0, now, clock, ...first }: ServerOptions) => {
  const accounts = createCalledAccounts(first);
  const served = { now, clock, callerOf: accounts.callerOf };
  const server = createServer((incoming, response) => {
    // Only a client that went away in the middle of its body fails here: nobody is left to answer.
    answer(incoming, response, served).catch(() => response.destroy());
  });
  // SDK clients keep connections; one that the server closes first is a failed request to them.
  server.keepAliveTimeout = 10 * 60_000;
  server.listen(asked, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    /** Serves another account too, which has the time of the first one. */
    join: accounts.add,
    leave: accounts.remove,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

export type Server = Awaited<ReturnType<typeof startServer>>;
