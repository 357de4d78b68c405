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
    ['an empty list of failures', failures(), ALL],
    ['null instead of failures', { batchItemFailures: null }, ALL],
    ['one failure', failures('two'), ['one', 'three']],
    ['the same failure twice', failures('two', 'two'), ['one', 'three']],
    ['every message as a failure', failures(...ALL), []],
    ['a failure that is not in the batch', failures('two', 'four'), []],
    ['an empty identifier', failures(''), []],
    ['null as identifier', failures(null), []],
    ['a failure with a misspelt member', { batchItemFailures: [{ id: 'two' }] }, []],
    ['a text instead of failures', { batchItemFailures: 'two' }, []],
    ['a text', 'done', []],
  ])('handles %s', (_, answer, expected) => {
    expect(done(answer)).toEqual(expected);
  });

  it('returns no message after an error', () => {
    const error = { FunctionError: 'Unhandled', Payload: '{"errorType":"E"}' } as const;

    expect(doneWith(batch, error, true)).toEqual([]);
    expect(doneWith(batch, error, false)).toEqual([]);
  });

  it('ignores reported failures without ReportBatchItemFailures', () => {
    expect(done(failures('two'), false)).toEqual(ALL);
  });
});
