import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InvalidBatchError,
  KEY_EVENT_NAMES,
  parseBatch,
  readKeyEvent,
} from '../../../rule/key-events/event.ts';
import { batchOf, keyEvent } from '../../support/key-event.ts';

const read = (detail: object = {}, outer: object = {}) => {
  const { output, problem } = {
    output: undefined,
    ...readKeyEvent(JSON.stringify(keyEvent(detail, outer))),
  };
  expect(problem).toBeUndefined();
  return output;
};

describe('readKeyEvent', () => {
  it('reads what happened, when, and whose keys they are', () => {
    expect(read()).toEqual({
      eventName: 'CreateAccessKey',
      eventTime: new Date('2026-01-31T12:00:00Z'),
      userName: 'alice',
    });
  });

  it.each(KEY_EVENT_NAMES)('takes %s', (eventName) => {
    expect(read({ eventName })).toMatchObject({ eventName });
  });

  const self = { type: 'IAMUser', userName: 'carol' };
  it.each([
    ['the request names it', { userIdentity: self }, 'alice'],
    ['the new key does', { requestParameters: null, userIdentity: self }, 'alice'],
    [
      'a user acts on its own keys',
      { requestParameters: { status: 'Inactive' }, responseElements: null, userIdentity: self },
      'carol',
    ],
    [
      'a role acts, and nothing names a user',
      { requestParameters: null, responseElements: null },
      undefined,
    ],
    [
      'nobody is named at all',
      { requestParameters: null, responseElements: {}, userIdentity: null },
      undefined,
    ],
    [
      'the root user acts',
      { requestParameters: {}, responseElements: null, userIdentity: { type: 'Root' } },
      undefined,
    ],
  ])('tells whose event it is when %s', (_, detail, expected) => {
    expect(read(detail)?.userName).toBe(expected);
  });

  it.each([
    ['no JSON', '{', 'key event: expected JSON text, got "{"'],
    ['another source', JSON.stringify(keyEvent({}, { source: 'aws.s3' })), 'key event.source:'],
    ['another call', JSON.stringify(keyEvent({ eventName: 'ListUsers' })), 'eventName'],
    [
      'no time',
      JSON.stringify(keyEvent({ eventTime: 'soon' })),
      'an ISO 8601 timestamp, got "soon"',
    ],
    ['nothing', 'null', 'key event: expected Object, got null'],
  ])('refuses %s, and says why', (_, body, message) => {
    expect(readKeyEvent(body)).toEqual({ problem: expect.stringContaining(message) });
  });

  it('takes a name of 128 characters, and none that is longer', () => {
    const named = (length: number) => ({ requestParameters: { userName: 'a'.repeat(length) } });
    expect(read(named(128))?.userName).toHaveLength(128);
    expect(readKeyEvent(JSON.stringify(keyEvent(named(129)))).problem).toBe(
      `key event.detail.requestParameters.userName: expected at most 128 characters, got "${'a'.repeat(79)}`,
    );
  });

  it('reads or refuses any text, and fails of nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(readKeyEvent(body)).toEqual({ problem: expect.any(String) });
      }),
    );
  });
});

describe('parseBatch', () => {
  it('sets apart what cannot be read', () => {
    const { read: events, poisoned } = parseBatch(batchOf(keyEvent(), 'poison', keyEvent()));
    expect(events.map(({ messageId }) => messageId)).toEqual(['message-0', 'message-2']);
    expect(poisoned).toEqual([
      { messageId: 'message-1', problem: 'key event: expected JSON text, got "poison"' },
    ]);
  });

  it.each([undefined, {}, { Records: 'all' }, { Records: [{ body: '{}' }] }])(
    'refuses what is no batch: %j',
    (event) => {
      expect(() => parseBatch(event)).toThrow(InvalidBatchError);
      expect(() => parseBatch(event)).toThrow(
        expect.objectContaining({
          name: 'InvalidBatchError',
          message: expect.stringMatching(/^event[.:]/),
        }),
      );
    },
  );
});
