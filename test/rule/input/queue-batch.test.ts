import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { keep, QueueBatch } from '../../../rule/input/queue-batch.ts';

describe('a batch of a queue', () => {
  it('is its messages, whatever else Lambda tells of them', () => {
    const message = { messageId: 'm', body: '' };
    const Records = [{ ...message, eventSource: 'aws:sqs' }];
    expect(v.parse(QueueBatch, { Records })).toEqual({ Records: [message] });
  });

  it.each([
    [{}],
    [{ Records: {} }],
    [{ Records: [{ messageId: '', body: '' }] }],
    [{ Records: [{ messageId: 'm' }] }],
  ])('is not %j', (event) => {
    expect(v.is(QueueBatch, event)).toBe(false);
  });
});

describe('the answer to a batch', () => {
  it('keeps the messages that it names, and no other', () => {
    expect(keep([])).toEqual({ batchItemFailures: [] });
    expect(keep([{ messageId: 'a' }, { messageId: 'b' }])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'b' }],
    });
  });
});
