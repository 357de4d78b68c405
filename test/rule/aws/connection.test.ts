import { describe, expect, it } from 'vitest';
import { connection } from '../../../rule/aws/clients.ts';

describe('the bounds of every call', () => {
  it('are 5 seconds to connect, and 20 in which an answer begins and goes on', () => {
    expect(connection().requestHandler).toEqual({
      connectionTimeout: 5_000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
      socketTimeout: 20_000,
    });
  });

  it('may be others of an answer', () => {
    const { requestTimeout, socketTimeout } = connection({ answerTime: 300 }).requestHandler;
    expect([requestTimeout, socketTimeout]).toEqual([300, 300]);
  });
});
