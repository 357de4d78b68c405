import { describe, expect, it } from 'vitest';
import { answerOf, InvalidResponseError } from '../../../rule/input/parse.ts';

describe('answerOf', () => {
  it('speaks of the call, and its error has a name that a log is searched for', () => {
    const { what, error } = answerOf('ListUsers');

    expect(what).toBe('ListUsers');
    expect(error('expected text')).toBeInstanceOf(InvalidResponseError);
    expect(String(error('expected text'))).toBe('InvalidResponseError: expected text');
  });
});
