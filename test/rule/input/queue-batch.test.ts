import { describe, expect, it } from 'vitest';
import { InvalidBatchError, parseQueueBatch, retry } from '../../../rule/input/queue-batch.ts';
import { batchOf } from '../../support/build.ts';

const parseBody = (body: string) =>
  body === 'poison' ? { problem: 'poison' } : { output: body.toUpperCase() };

describe('parseQueueBatch', () => {
  it('separates the messages that cannot be parsed', () => {
    expect(parseQueueBatch(batchOf('a', 'poison', 'b'), parseBody)).toEqual({
      messages: [
        { messageId: 'message-0', body: 'A' },
        { messageId: 'message-2', body: 'B' },
      ],
      unreadable: [{ messageId: 'message-1', problem: 'poison' }],
    });
  });

  it('accepts an empty body', () => {
    const Records = [{ messageId: 'm', body: '' }];
    expect(parseQueueBatch({ Records }, parseBody).messages).toEqual([
      { messageId: 'm', body: '' },
    ]);
  });

  it.each([
    undefined,
    {},
    { Records: {} },
    { Records: [{ messageId: '', body: '' }] },
    { Records: [{ messageId: 'm' }] },
    { Records: [{ body: '{}' }] },
    { source: 'aws.events' },
  ])('refuses %j', (event) => {
    const parse = () => parseQueueBatch(event, parseBody);
    expect(parse).toThrow(InvalidBatchError);
    expect(parse).toThrow(
      expect.objectContaining({
        name: 'InvalidBatchError',
        message: expect.stringMatching(/^event[.:]/),
      }),
    );
  });
});

describe('retry', () => {
  it('names the messages to retry', () => {
    expect(retry([])).toEqual({ batchItemFailures: [] });
    expect(retry([{ messageId: 'a' }, { messageId: 'b' }])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'b' }],
    });
  });
});
