import { describe, expect, it } from 'vitest';
import { doneWith } from './poller.ts';

const message = (MessageId: string) => ({
  MessageId,
  ReceiptHandle: `handle of ${MessageId}`,
  Body: '',
  MD5OfBody: '',
  Attributes: {},
  MessageAttributes: {},
});
const batch = [message('one'), message('two'), message('three')];
const failures = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});
const done = (answer: unknown, reportsItemFailures = true) =>
  doneWith(batch, { Payload: JSON.stringify(answer) }, reportsItemFailures).map(
    ({ MessageId }) => MessageId,
  );

const ALL = ['one', 'two', 'three'];

describe('doneWith', () => {
  it.each([
    ['null', null, ALL],
    ['an empty object', {}, ALL],
    ['no failures', failures(), ALL],
    ['failures that are null', { batchItemFailures: null }, ALL],
    ['one failure', failures('two'), ['one', 'three']],
    ['the same failure twice', failures('two', 'two'), ['one', 'three']],
    ['every failure', failures(...ALL), []],
    ['a failure that is not of the batch', failures('two', 'four'), []],
    ['an empty identifier', failures(''), []],
    ['an identifier that is null', failures(null), []],
    ['a failure by another name', { batchItemFailures: [{ id: 'two' }] }, []],
    ['failures that are no list', { batchItemFailures: 'two' }, []],
    ['a text', 'done', []],
  ])('after %s', (_, answer, expected) => {
    expect(done(answer)).toEqual(expected);
  });

  it('is nothing after an error, and everything after any other answer that is not listened to', () => {
    const error = { FunctionError: 'Unhandled', Payload: '{"errorType":"E"}' } as const;

    expect(doneWith(batch, error, true)).toEqual([]);
    expect(doneWith(batch, error, false)).toEqual([]);
    expect(done(failures('two'), false)).toEqual(ALL);
  });
});
