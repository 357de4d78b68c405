import { describe, expect, it } from 'vitest';
import { createCallCounts, createClients } from '../../../rule/aws/clients.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { serveAccount } from '../../support/served-account.ts';

describe('the counts of calls', () => {
  it('are none before the first', () => {
    expect(createCallCounts().takeCalls()).toEqual({ Throttles: 0 });
  });

  it('have every attempt by name, and begin anew when they are taken', async () => {
    const account = await serveAccount();
    process.env['AWS_ENDPOINT_URL'] = account.endpoint;
    const lines: string[] = [];
    const { iam, logRun } = createClients({ writeLine: (line) => void lines.push(line) });
    const error = new ServiceError('Throttling', 'Rate exceeded');
    account.faults.fail({ service: 'iam', operation: 'GetUser', error });
    try {
      for (const _ of [1, 2]) await logRun('asked', async () => void (await iam.getUser('nobody')));
    } finally {
      await account.close();
    }
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { GetUser: 2, Throttles: 1 },
      { GetUser: 1, Throttles: 0 },
    ]);
  });
});
