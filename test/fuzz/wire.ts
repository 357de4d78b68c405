import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { render } from './breakage.ts';
import type { Asked, World } from './world.ts';

const isJson = ({ headers }: IncomingMessage) => headers['x-amz-target'] !== undefined;

const askedBy = (request: IncomingMessage, body: string): Asked => {
  const { url, headers } = request;
  if (isJson(request))
    return {
      operation: String(headers['x-amz-target']).split('.').at(-1) ?? '',
      input: JSON.parse(body),
    };
  if (url === '/findings') return { operation: 'GetFindings', input: JSON.parse(body) };
  if (url === '/findings/import')
    return { operation: 'BatchImportFindings', input: JSON.parse(body) };
  const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body));
  return { operation: Action, input };
};

const escapeXml = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Writes any value as XML in the style of IAM. */
const toXml = (value: unknown): string => {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escapeXml(String(value ?? ''));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `<${name}>${toXml(member)}</${name}>`)
    .join('');
};

const isMembers = (value: unknown): value is object => typeof value === 'object' && value !== null;

const summary = ({ SummaryMap }: { SummaryMap?: unknown }) =>
  Object.entries(isMembers(SummaryMap) ? SummaryMap : { broken: SummaryMap })
    .map(([key, value]) => `<entry><key>${key}</key><value>${toXml(value)}</value></entry>`)
    .join('');

function epochSeconds(this: Record<string, unknown>, key: string, value: unknown) {
  const member = this[key];
  return member instanceof Date ? member.getTime() / 1000 : value;
}

const encode = (answer: unknown, { operation }: Asked, json: boolean): string => {
  if (json) return JSON.stringify(answer, epochSeconds) ?? '';
  const result =
    operation === 'GetAccountSummary' && isMembers(answer)
      ? `<SummaryMap>${summary(answer)}</SummaryMap>`
      : toXml(answer);
  return `<${operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${operation}Result>${result}</${operation}Result></${operation}Response>`;
};

/** Serves the fake AWS on loopback. `spoil` changes the bytes of an answer. */
export const serveWorld = async (world: World, spoil: (asked: Asked, body: string) => string) => {
  const server = createServer(async (request, response) => {
    const asked = askedBy(request, await text(request));
    const json = isJson(request) || request.url?.startsWith('/findings') === true;
    response.setHeader('content-type', json ? 'application/x-amz-json-1.1' : 'text/xml');
    try {
      response.end(spoil(asked, encode(render(world.answer(asked)), asked, json)));
    } catch {
      // The only error is an unknown user.
      response.writeHead(404);
      response.end(
        '<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no</Message></Error></ErrorResponse>',
      );
    }
  });
  // Connections stay open between cases. A closed connection would look like a fault.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
