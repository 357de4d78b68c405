import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conclusionOf } from '../../../rule/evaluation/annotation.ts';
import {
  describeExemption,
  describeProblem,
  isExempt,
  PROBLEM_PATTERN,
  readExemption,
} from '../../../rule/keys/exemption.ts';

const tagKey = 'keys-until';
const read = (value: string | undefined, at = '2026-01-31T12:00:00.000Z') =>
  readExemption(value, { exemptionTagKey: tagKey, at: new Date(at) });

describe('readExemption', () => {
  it.each([
    ['2026-01-31T23:59:59.999Z', { tagKey, until: '2026-01-31' }],
    ['2026-02-01T00:00:00.000Z', { tagKey, value: '2026-01-31', problem: 'Expired' }],
  ])('exempts until the end of the day: at %s %j', (at, expected) => {
    expect(read('2026-01-31', at)).toEqual(expected);
  });

  it.each(['2024-02-29', '2026-12-31', '9999-12-31'])('accepts %s', (value) => {
    expect(read(value, '2024-01-01')).toEqual({ tagKey, until: value });
  });

  it.each([
    '',
    'forever',
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-1-31',
    '2026-01-31T00:00:00Z',
    ' 2026-12-31',
    '2026-12-31 ',
    '31.12.2026',
    '２０２６-12-31',
    '1767225600',
    // ISO 8601 writes years after 9999 like this.
    '+012026-12-31',
  ])('refuses %j: it is not a date', (value) => {
    expect(read(value)).toEqual({ tagKey, value, problem: 'NotADate' });
  });

  it('returns undefined if the user has no tag or the rule has no exemption tag', () => {
    expect(read(undefined)).toBeUndefined();
    expect(readExemption('2026-12-31', { at: new Date('2026-01-31') })).toBeUndefined();
  });
});

describe('an exemption', () => {
  const valid = { tagKey, until: '2026-12-31' };

  it.each([
    [undefined, false],
    [valid, true],
    [{ tagKey, value: 'never', problem: 'NotADate' as const }, false],
  ])('%j exempts: %j', (exemption, exempts) => {
    expect(isExempt(exemption)).toBe(exempts);
  });

  it('is described with its date and its tag', () => {
    expect(describeExemption(valid)).toBe('Exempt until 2026-12-31 by the tag keys-until');
  });
});

describe('describeProblem', () => {
  it.each([undefined, { tagKey, until: '2026-12-31' }])(
    'describes no problem of %j',
    (exemption) => {
      expect(describeProblem(exemption)).toEqual({ problem: '', brief: '' });
    },
  );

  const A_DATE = 'expected a date such as 2026-12-31.';

  it.each([
    ['2026-12-31 ', "'2026-12-31 '"],
    ['2026-12-31T23:59:59Z', "'2026-12-31T23:59:59Z'"],
    ['2026-12-31 TICKET-42', "'2026-12-31 TICKET-42'"],
    ['true', "'true'"],
    ['', "''"],
    ['31 décembre', String.raw`'31 d\u00e9cembre'`],
    ['2026-12-31\u2028', String.raw`'2026-12-31\u2028'`],
    ['a\nb\x7f', String.raw`'a\u000ab\u007f'`],
    ["o'clock", String.raw`'o\u0027clock'`],
    ['(ask Bob)', String.raw`'\u0028ask Bob\u0029'`],
    [String.raw`\u0027`, String.raw`'\u005cu0027'`],
    ['𝟚', String.raw`'\ud835\udfda'`],
  ])('shows the tag, the value and what was expected: %j', (value, shown) => {
    expect(describeProblem(read(value))).toEqual({
      problem: ` Exemption tag keys-until is ${shown}, ${A_DATE}`,
      brief: ' Exemption is not a date.',
    });
  });

  it('says that the date has passed', () => {
    expect(describeProblem(read('2026-01-30'))).toEqual({
      problem: " Exemption tag keys-until is '2026-01-30', expected a date that has not passed.",
      brief: ' Exemption has expired.',
    });
  });

  const a = (length: number) => 'a'.repeat(length);

  it.each([
    [a(40), `'${a(40)}'`],
    [a(41), `'${a(40)}'...`],
    [`${a(34)}é`, String.raw`'${a(34)}\u00e9'`],
    [`${a(34)}éa`, String.raw`'${a(34)}\u00e9'...`],
    // The escape sequence does not fit as a whole.
    ...[35, 36, 37, 38, 39].map((length) => [`${a(length)}é`, `'${a(length)}'...`]),
    [`${a(40)}é`, `'${a(40)}'...`],
  ])('cuts a long value: %s', (value, shown) => {
    expect(describeProblem(read(value)).problem).toContain(` is ${shown}, ${A_DATE}`);
  });

  const sentence = new RegExp(`^${PROBLEM_PATTERN}$`);

  it('is one ASCII sentence without evidence for any value, and its pattern ends where it ends', () => {
    const hostile = fc.constantFrom("'", '\\', ')', ' (', ', expected a date. ', '\u2028', '\0');
    const value = fc
      .array(fc.oneof(hostile, fc.string({ unit: 'binary' })), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(value, (text) => {
        const { problem, brief } = describeProblem(read(text));
        expect(problem).toMatch(/^[\x20-\x7e]{0,120}$/);
        expect(conclusionOf(problem)).toBe(problem);
        if (problem === '') return;
        expect(problem.match(/'/g)).toHaveLength(2);
        expect(problem).toMatch(sentence);
        expect(brief).toMatch(sentence);
      }),
    );
  });
});
