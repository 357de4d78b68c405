import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a call on its way: a refusal of the service, or something that no service means to send. */
export const FAULTS = [
  'AccessDenied',
  'ServiceFailure',
  'Throttling',
  'reset before the call',
  'reset after the call',
  'truncated answer',
  'answer that is no answer',
  'answer without members',
] as const;
export type Fault = (typeof FAULTS)[number];

type Answer = { readonly statusCode: number; readonly headers: object; readonly body: Buffer };

const isQuery = ({ headers }: IncomingMessage) =>
  String(headers['content-type']).startsWith('application/x-www-form-urlencoded');

const refusal = (incoming: IncomingMessage, code: string, statusCode: number): Answer => {
  const body = isQuery(incoming)
    ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`
    : JSON.stringify({ __type: code, message: 'no' });
  return { statusCode, headers: {}, body: Buffer.from(body) };
};

const forward = async (
  incoming: IncomingMessage,
  body: Buffer,
  target: string,
): Promise<Answer> => {
  const { method, url, headers } = incoming;
  const outgoing = request(new URL(url ?? '/', target), { method, headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  // The body goes on in one piece.
  const { 'transfer-encoding': _, ...answered } = response.headers;
  const statusCode = response.statusCode ?? 500;
  return { statusCode, headers: answered, body: await buffer(response) };
};

const send = (response: ServerResponse, { statusCode, headers, body }: Answer) =>
  response.writeHead(statusCode, { ...headers, 'content-length': body.length }).end(body);

const meddle: Record<
  Fault,
  (incoming: IncomingMessage, response: ServerResponse, pass: () => Promise<Answer>) => unknown
> = {
  AccessDenied: (incoming, response) => send(response, refusal(incoming, 'AccessDenied', 403)),
  ServiceFailure: (incoming, response) => send(response, refusal(incoming, 'ServiceFailure', 500)),
  Throttling: (incoming, response) =>
    send(
      response,
      refusal(incoming, isQuery(incoming) ? 'Throttling' : 'ThrottlingException', 400),
    ),
  'reset before the call': (_, response) => response.destroy(),
  'reset after the call': async (_, response, pass) => {
    await pass();
    response.destroy();
  },
  'truncated answer': async (_, response, pass) => {
    const { statusCode, headers, body } = await pass();
    response.writeHead(statusCode, { ...headers, 'content-length': body.length });
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  },
  'answer that is no answer': (_, response) =>
    send(response, { statusCode: 200, headers: {}, body: Buffer.from('<html>proxy error') }),
  'answer without members': (incoming, response) => {
    const body = isQuery(incoming) ? '<A><R></R></A>' : '{}';
    send(response, { statusCode: 200, headers: {}, body: Buffer.from(body) });
  },
};

/** Stands between a client and an account: the call of that number, from 1, meets its fault, once or from there on. */
export const serveFaultyProxy = async (target: string) => {
  let calls = 0;
  let plan: { readonly nth: number; readonly fault: Fault; readonly always: boolean } | undefined;
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    calls += 1;
    const isMet = plan !== undefined && (plan.always ? calls >= plan.nth : calls === plan.nth);
    const pass = () => forward(incoming, body, target);
    if (plan !== undefined && isMet) await meddle[plan.fault](incoming, response, pass);
    else send(response, await pass());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Counts anew, and meets the fault when there is one. */
    begin: (next?: typeof plan) => {
      calls = 0;
      plan = next;
    },
    calls: () => calls,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
