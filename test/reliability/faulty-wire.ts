import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { type Call, type Dispatcher, ServiceError } from '../local-account/dispatch.ts';
import type { WireAnswer } from '../local-account/wire/protocols.ts';
import {
  protocolOf,
  type Server,
  type ServerOptions,
  signatureIn,
} from '../local-account/wire/server.ts';
import type { Fault, Faults, Via } from './fault.ts';
import { holdTime, touchTime, waitReally } from './virtual-time.ts';

/** The role of all functions. Every other caller is a script. */
export const FUNCTIONS = 'functions';

/** Duration of a slow answer in milliseconds, shorter than every timeout of the functions. */
const SLOW = 3_500;

/** How many times faster than real time a script sleeps. */
export const SCRIPT_SPEED = 300;

/** Read timeout in `queue_message.py` in milliseconds. */
const SCRIPT_PATIENCE = 10_000;

const waitAs = (via: Via, milliseconds: number) =>
  via === 'script' ? waitReally(milliseconds / SCRIPT_SPEED) : setTimeout(milliseconds);

type Request = Omit<Call, 'at' | 'errorCode'>;
type Dispatch = Dispatcher['call'];

const never = () => new Promise<never>(() => {});

/** An answer, or the fault that the client sees instead. */
type Sent = WireAnswer | 'reset' | 'nothing' | { readonly truncated: WireAnswer };

const refusalOf = (fault: Fault | undefined) =>
  fault?.kind === 'refusal' ? new ServiceError(fault.code, 'no', fault.statusCode) : undefined;

/** Sends no answer. The stand-in for boto3 has no read timeout, so its connection is reset after that time. */
const silence = async (via: Via): Promise<Sent> => {
  if (via !== 'script') return 'nothing';
  await waitAs(via, SCRIPT_PATIENCE);
  return 'reset';
};

const spoil = (answer: WireAnswer, fault: Fault | undefined, empty: () => WireAnswer): Sent => {
  switch (fault?.kind) {
    case 'reset after':
      return 'reset';
    case 'truncated':
      return { truncated: answer };
    case 'malformed':
      return { ...answer, body: '<html>proxy error' };
    case 'empty':
      return empty();
    default:
      return answer;
  }
};

/** Answers a request, or injects the planned fault. */
const answer = async (
  incoming: IncomingMessage,
  principalOf: ServerOptions['principalOf'],
  faults: Faults,
  dispatch: Dispatch,
): Promise<Sent> => {
  const { method = '', url: path = '', headers } = incoming;
  const request = { method, path, headers, body: await text(incoming) };
  const protocol = protocolOf(request);
  try {
    const { accessKeyId, region } = signatureIn(headers.authorization);
    const principal = principalOf(accessKeyId);
    const asked = protocol.decode(request);
    const via: Via = principal === FUNCTIONS ? 'function' : 'script';
    const fault = faults.meet(via, asked);
    if (fault?.kind === 'reset before') return 'reset';
    if (fault?.kind === 'silence before') return await silence(via);
    const refusal = refusalOf(fault);
    if (refusal !== undefined) throw refusal;
    if (fault?.kind === 'slow') await waitAs(via, SLOW);
    const output = await dispatch({ ...asked, principal, region });
    const empty = () => protocol.encode({}, asked, 'request');
    if (fault?.kind === 'silence after') return await silence(via);
    return spoil(protocol.encode(output, asked, 'request'), fault, empty);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return protocol.encodeError(error, 'request', request);
  }
};

const send = (response: ServerResponse, sent: Sent) => {
  if (sent === 'nothing') return;
  if (sent === 'reset') return void response.destroy();
  const { statusCode, headers, body } = 'truncated' in sent ? sent.truncated : sent;
  const bytes = Buffer.from(body);
  const head = { ...headers, date: new Date().toUTCString(), 'content-length': bytes.length };
  response.writeHead(statusCode, head);
  if ('truncated' in sent)
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  else response.end(bytes);
};

/** Carries out a call of Systems Manager itself, or injects the planned fault. */
const direct = async (request: Request, faults: Faults, dispatch: Dispatch): Promise<unknown> => {
  const fault = faults.meet('runbook', request);
  const refusal = refusalOf(fault);
  if (refusal !== undefined) throw refusal;
  if (fault?.kind === 'reset before') throw new Error('socket hang up');
  if (fault?.kind === 'silence before') return never();
  if (fault?.kind === 'slow') await setTimeout(SLOW);
  const output = await dispatch(request);
  switch (fault?.kind) {
    case 'silence after':
      return never();
    case 'empty':
      return {};
    case 'reset after':
    case 'truncated':
    case 'malformed':
      throw new Error(`no answer that can be read: ${fault.kind}`);
    default:
      return output;
  }
};

/** Whether a call inside the account belongs to a runbook. */
const isOfRunbook = ({ service, principal }: Request) =>
  principal !== 'operator' && service !== 'sqs' && service !== 'ssm';

/**
 * Serves the endpoint of one account and injects faults, also into calls of Systems Manager.
 *
 * Give it to the account as its option `serve`.
 */
export const serveFaultyWire = (faults: Faults) => async (options: ServerOptions) => {
  const { dispatcher, principalOf } = options;
  const dispatch = dispatcher.call;
  dispatcher.call = (request) =>
    isOfRunbook(request) ? direct(request, faults, dispatch) : dispatch(request);
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    touchTime();
    const sent = await answer(incoming, principalOf, faults, dispatch);
    send(response, sent);
    touchTime();
  };
  const http = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  http.keepAliveTimeout = 10 * 60_000;
  http.listen(0, '127.0.0.1');
  const release = holdTime();
  await once(http, 'listening');
  release();
  const server: Server = {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: async () => {
      const closing = holdTime();
      http.close();
      http.closeAllConnections();
      await once(http, 'close').finally(closing);
    },
  };
  return server;
};
