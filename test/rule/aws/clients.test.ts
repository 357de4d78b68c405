import { describe, expect, it } from 'vitest';
import { connection, createCallCounts, createClients } from '../../../rule/aws/clients.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { serveAccount } from '../../support/served-account.ts';

describe('connection', () => {
  it('allows 5 seconds to connect, 20 until an answer begins and 20 between its parts', () => {
    expect(connection().requestHandler).toEqual({
      connectionTimeout: 5_000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
      socketTimeout: 20_000,
    });
  });

  it('takes another time for answers', () => {
    const { requestTimeout, socketTimeout } = connection({ requestTimeout: 300 }).requestHandler;
    expect([requestTimeout, socketTimeout]).toEqual([300, 300]);
  });
});

describe('the call counts', () => {
  it('are empty before the first call', () => {
    expect(createCallCounts().takeCalls()).toEqual({ Throttles: 0 });
  });

  it('contain every attempt by name, separately for each run', async () => {
    const account = await serveAccount();
    process.env['AWS_ENDPOINT_URL'] = account.endpoint;
    const lines: string[] = [];
    const { iam, logRun } = createClients({ writeLine: (line) => void lines.push(line) });
    const error = new ServiceError('Throttling', 'Rate exceeded');
    account.faults.fail({ service: 'iam', operation: 'GetUser', error });
    try {
      for (const _ of [1, 2]) await logRun('asked', async () => void (await iam.getUser('bob')));
    } finally {
      await account.close();
    }
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { GetUser: 2, Throttles: 1 },
      { GetUser: 1, Throttles: 0 },
    ]);
  });
});
