import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  Instant,
  InvalidEnvironmentError,
  InvalidResponseError,
  responseOf,
  textUpTo,
  tryParse,
} from '../../../rule/input/parse.ts';

const problemOf = (schema: v.GenericSchema, value: unknown) =>
  tryParse(schema, value, 'what').problem ?? 'none';

describe('Instant', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026-03-01T00:30:00+02:00', '2026-02-28T22:30:00.000Z'],
  ])('accepts %s', (text, expected) => {
    expect(v.parse(Instant, text).toISOString()).toBe(expected);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-04-31T12:00:00.000Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31',
    'Jan 31 2026 12:00',
    '+275760-09-13T00:00:00.000Z',
    '',
  ])('refuses %j: the day does not exist or the time is missing', (text) => {
    expect(problemOf(Instant, text)).toBe(
      `what: expected an ISO 8601 timestamp, got ${JSON.stringify(text)}`,
    );
  });
});

describe('textUpTo', () => {
  it('accepts texts from one character to the maximum', () => {
    expect(problemOf(textUpTo(3), 'abc')).toBe('none');
    expect(problemOf(textUpTo(3), 'abcd')).toBe('what: expected at most 3 characters, got "abcd"');
    expect(problemOf(textUpTo(3), '')).toBe('what: expected a string that is not empty, got ""');
  });
});

describe('a problem', () => {
  it('shows at most 80 characters of a value', () => {
    const expected = `what: expected number, got "${'x'.repeat(79)}`;
    expect(problemOf(v.number(), 'x'.repeat(1_000_000))).toBe(expected);
  });

  it('shows at most 200 characters of a path', () => {
    expect(problemOf(v.strictObject({}), { ['n'.repeat(1_000_000)]: 1 })).toBe(
      `what.${'n'.repeat(200)}: expected no such member`,
    );
  });

  it('shows a value that JSON cannot contain', () => {
    const value = 12_345_678_901_234_567_890n;
    expect(problemOf(v.string(), value)).toContain('12345678901234567890');
  });
});

describe('the errors', () => {
  it('have names that can be searched for in logs', () => {
    const { what, error } = responseOf('ListUsers');
    expect(what).toBe('ListUsers');
    expect(error('expected text')).toBeInstanceOf(InvalidResponseError);
    expect(String(error('expected text'))).toBe('InvalidResponseError: expected text');
    expect(String(new InvalidEnvironmentError('expected a role'))).toBe(
      'InvalidEnvironmentError: expected a role',
    );
  });
});
