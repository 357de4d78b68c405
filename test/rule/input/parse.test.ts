import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Instant, textUpTo, tryParse } from '../../../rule/input/parse.ts';

const problemOf = (schema: v.GenericSchema, value: unknown) =>
  tryParse(schema, value, 'what').problem ?? 'none';

describe('an instant in a text', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026-03-01T00:30:00+02:00', '2026-02-28T22:30:00.000Z'],
  ])('is read: %s', (text, expected) => {
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
  ])('is none of a day that there is not, nor without a time: %s', (text) => {
    expect(problemOf(Instant, text)).toBe(
      `what: expected an ISO 8601 timestamp, got ${JSON.stringify(text)}`,
    );
  });
});

describe('a text of so many characters at most', () => {
  it('is as long as that, and no longer', () => {
    expect(problemOf(textUpTo(3), 'abc')).toBe('none');
    expect(problemOf(textUpTo(3), 'abcd')).toBe('what: expected at most 3 characters, got "abcd"');
    expect(problemOf(textUpTo(3), '')).toBe('what: expected a string that is not empty, got ""');
  });
});

describe('a problem', () => {
  it('shows 80 characters of a value, however long it is', () => {
    const expected = `what: expected number, got "${'x'.repeat(79)}`;
    expect(problemOf(v.number(), 'x'.repeat(1_000_000))).toBe(expected);
  });

  it('shows 200 characters of where the value was, however long a name is', () => {
    const schema = v.strictObject({});
    const name = 'n'.repeat(1_000_000);
    expect(problemOf(schema, { [name]: 1 })).toBe(
      `what.${'n'.repeat(200)}: expected no such member`,
    );
  });
});

describe('a value that is refused', () => {
  it('is shown though JSON has no words for it', () => {
    expect(problemOf(v.string('expected a text'), 12_345_678_901_234_567_890n)).toContain(
      '12345678901234567890',
    );
  });
});
