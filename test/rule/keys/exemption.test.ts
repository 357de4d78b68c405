import { describe, expect, it } from 'vitest';
import { describeProblem, isOfExemption, readExemption } from '../../../rule/keys/exemption.ts';

const read = (value: string | undefined, at = '2026-01-31T12:00:00.000Z') =>
  readExemption(value, { exemptionTagKey: 'keys-until', at: new Date(at) });

describe('readExemption', () => {
  it.each([
    ['2026-01-31T23:59:59.999Z', { tag: 'keys-until', until: '2026-01-31' }],
    ['2026-02-01T00:00:00.000Z', { problem: 'expired 2026-01-31' }],
  ])('holds up to and including its day: at %s %j', (at, expected) => {
    expect(read('2026-01-31', at)).toEqual(expected);
  });

  it.each(['2024-02-29', '2026-12-31', '9999-12-31'])('takes %s for a day', (value) => {
    expect(read(value, '2024-01-01')).toEqual({ tag: 'keys-until', until: value });
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
    // A day of the calendar, as ISO 8601 writes a year beyond 9999.
    '+012026-12-31',
  ])('takes %j for no date', (value) => {
    expect(read(value)).toEqual({ problem: 'is no date' });
  });

  it('says that nothing is nothing', () => {
    expect(read('')).toEqual({ problem: 'is empty' });
  });

  it('reads nothing of a user without the tag, or where no tag exempts', () => {
    expect(read(undefined)).toBeUndefined();
    expect(readExemption('2026-12-31', { at: new Date() })).toBeUndefined();
  });
});

describe('what annotations say of an exemption', () => {
  it('is nothing while it holds, and why where it does not', () => {
    expect(describeProblem(undefined)).toBe('');
    expect(describeProblem(read('2026-12-31'))).toBe('');
    expect(describeProblem(read('never'))).toBe(' Exemption is no date.');
  });

  it('tells an exempt user from one whose exemption is over', () => {
    expect(isOfExemption('Exempt until 2026-12-31 by the tag k: …')).toBe(true);
    expect(isOfExemption('2 active access keys, 1 allowed. Exemption expired 2026-01-01.')).toBe(
      false,
    );
  });
});
