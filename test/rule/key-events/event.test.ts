import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_EVENT_NAMES, parseKeyEvent } from '../../../rule/key-events/event.ts';
import { keyEvent } from '../../support/build.ts';

const parse = (detail: object = {}, outer: object = {}) => ({
  output: undefined,
  problem: undefined,
  ...parseKeyEvent(JSON.stringify(keyEvent(detail, outer))),
});

describe('parseKeyEvent', () => {
  it('reads the call, its time and the user name', () => {
    expect(parse().output).toEqual({
      eventName: 'CreateAccessKey',
      eventTime: new Date('2026-01-31T12:00:00Z'),
      userName: 'alice',
    });
  });

  it.each(KEY_EVENT_NAMES)('accepts %s', (eventName) => {
    expect(parse({ eventName }).output).toMatchObject({ eventName });
  });

  const self = { type: 'IAMUser', userName: 'carol' };
  it.each([
    ['the request', { userIdentity: self }, 'alice'],
    ['the new key', { requestParameters: null, userIdentity: self }, 'alice'],
    [
      'the caller, if a user changes its own keys',
      { requestParameters: { status: 'Inactive' }, responseElements: null, userIdentity: self },
      'carol',
    ],
    ['nowhere, if a role calls', { requestParameters: null, responseElements: null }, undefined],
    [
      'nowhere, if there is no caller',
      { requestParameters: null, responseElements: {}, userIdentity: null },
      undefined,
    ],
    [
      'nowhere, if the root user calls',
      { requestParameters: {}, responseElements: null, userIdentity: { type: 'Root' } },
      undefined,
    ],
  ])('takes the user name from %s', (_, detail, expected) => {
    expect(parse(detail).output).toMatchObject({ userName: expected });
  });

  it.each([
    ['text that is not JSON', '{', 'key event: expected JSON text, got "{"'],
    ['another source', keyEvent({}, { source: 'aws.s3' }), 'key event.source:'],
    ['another call', keyEvent({ eventName: 'ListUsers' }), 'eventName'],
    ['no time', keyEvent({ eventTime: 'soon' }), 'an ISO 8601 timestamp, got "soon"'],
    ['null', null, 'key event: expected Object, got null'],
  ])('refuses %s', (_, body, message) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(parseKeyEvent(text)).toEqual({ problem: expect.stringContaining(message) });
  });

  it('accepts a user name of 128 characters and refuses a longer one', () => {
    const named = (length: number) => ({ requestParameters: { userName: 'a'.repeat(length) } });
    expect(parse(named(128)).output?.userName).toHaveLength(128);
    expect(parse(named(129)).problem).toBe(
      `key event.detail.requestParameters.userName: expected at most 128 characters, got "${'a'.repeat(79)}`,
    );
  });

  it('refuses any other text without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(parseKeyEvent(body)).toEqual({ problem: expect.any(String) });
      }),
    );
  });
});
