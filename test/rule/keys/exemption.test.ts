import { describe, expect, it } from 'vitest';
import {
  describeExemption,
  describeProblem,
  isExempt,
  readExemption,
} from '../../../rule/keys/exemption.ts';

const tagKey = 'keys-until';
const read = (value: string | undefined, at = '2026-01-31T12:00:00.000Z') =>
  readExemption(value, { exemptionTagKey: tagKey, at: new Date(at) });

describe('readExemption', () => {
  it.each([
    ['2026-01-31T23:59:59.999Z', { tagKey, until: '2026-01-31' }],
    ['2026-02-01T00:00:00.000Z', { problem: 'expired 2026-01-31' }],
  ])('exempts until the end of the day: at %s %j', (at, expected) => {
    expect(read('2026-01-31', at)).toEqual(expected);
  });

  it.each(['2024-02-29', '2026-12-31', '9999-12-31'])('accepts %s', (value) => {
    expect(read(value, '2024-01-01')).toEqual({ tagKey, until: value });
  });

  it.each([
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
    expect(read(value)).toEqual({ problem: 'is not a date' });
  });

  it('refuses an empty value', () => {
    expect(read('')).toEqual({ problem: 'is empty' });
  });

  it('returns undefined if the user has no tag or the rule has no exemption tag', () => {
    expect(read(undefined)).toBeUndefined();
    expect(readExemption('2026-12-31', { at: new Date('2026-01-31') })).toBeUndefined();
  });
});

describe('an exemption', () => {
  const valid = { tagKey, until: '2026-12-31' };

  it.each([
    [undefined, false, ''],
    [valid, true, ''],
    [{ problem: 'is empty' }, false, ' Exemption is empty.'],
  ])('%j exempts: %j; its problem is described as %j', (exemption, exempts, problem) => {
    expect(isExempt(exemption)).toBe(exempts);
    expect(describeProblem(exemption)).toBe(problem);
  });

  it('is described with its date and its tag', () => {
    expect(describeExemption(valid)).toBe('Exempt until 2026-12-31 by the tag keys-until');
  });
});
