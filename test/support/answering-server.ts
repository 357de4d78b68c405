import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * An answer on the wire. `undefined` closes the connection. With `stalls`, the body never ends.
 */
export type Answer =
  | { readonly statusCode?: number; readonly body: string; readonly stalls?: boolean }
  | undefined;

/** Serves answers that the test determines call by call. */
export const serveAnswers = async (answer: (action: string, call: number) => Answer) => {
  let calls = 0;
  const server = createServer(async (request, response) => {
    const action = new URLSearchParams(await text(request)).get('Action') ?? '';
    calls += 1;
    const given = answer(action, calls);
    if (given === undefined) return response.destroy();
    response.writeHead(given.statusCode ?? 200, { 'content-type': 'text/xml' });
    return given.stalls === true ? response.write(given.body) : response.end(given.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    calls: () => calls,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** Returns a successful answer of IAM with this result. */
export const iamAnswer = (action: string, result: string): Answer => ({
  body: `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${action}Result>${result}</${action}Result></${action}Response>`,
});
