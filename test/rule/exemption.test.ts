import { describe, expect, it } from 'vitest';
import { readExemption } from '../../rule/exemption.ts';

const noon = new Date('2026-01-31T12:00:00.000Z');

describe('readExemption', () => {
  it.each([
    ['2026-01-31T23:59:59.999Z', { until: '2026-01-31' }],
    ['2026-02-01T00:00:00.000Z', { problem: 'expired 2026-01-31' }],
  ])('holds up to and including its day: at %s %j', (at, expected) => {
    expect(readExemption('2026-01-31', new Date(at))).toEqual(expected);
  });

  it.each(['2024-02-29', '2026-12-31', '9999-12-31'])('takes %s for a day', (value) => {
    expect(readExemption(value, new Date('2024-01-01'))).toEqual({ until: value });
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
  ])('takes %j for no date', (value) => {
    expect(readExemption(value, noon)).toEqual({ problem: 'is no date' });
  });

  it('says that nothing is nothing', () => {
    expect(readExemption('', noon)).toEqual({ problem: 'is empty' });
  });
});
