import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../../infra/preflight/findings.ts';
import { showFindings } from '../../../infra/preflight/preflight.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The lines that are printed of these findings. */
const shown = (findings: readonly Finding[]): string[] => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  showFindings(findings);
  return log.mock.calls.flatMap(([line]) => String(line).split('\n'));
};

const fine: Finding = { group: 'Account', state: 'fine', what: 'a Region' };
const note: Finding = { group: 'Security Hub CSPM', state: 'note', what: 'is off' };
const missing: Finding = {
  group: 'AWS Config',
  state: 'missing',
  what: 'no recorder',
  why: 'it needs one',
  mends: [
    'aws configservice put-configuration-recorder',
    'aws configservice start-configuration-recorder',
  ],
};
const unread: Finding = { group: 'AWS Config', state: 'unread', what: 'roles: could not be read' };

describe('a report', () => {
  it('has each finding under its part of the account, with why and what mends it', () => {
    expect(shown([note, missing, fine])).toEqual([
      'Account',
      '  ✓ a Region',
      'AWS Config',
      '  ✗ no recorder',
      '      it needs one',
      '      aws configservice put-configuration-recorder',
      '      aws configservice start-configuration-recorder',
      'Key events',
      'Security Hub CSPM',
      '  – is off',
      '',
      '1 missing',
    ]);
  });

  it.each<[readonly Finding[], string]>([
    [[], 'Nothing that the rule needs is missing.'],
    [[fine, note], 'Nothing that the rule needs is missing.'],
    [[missing, missing], '2 missing'],
    [[unread], '1 could not be read'],
    [[missing, unread, unread], '1 missing, 2 could not be read'],
  ])('ends with what %j come to', (findings, summary) => {
    expect(shown(findings).at(-1)).toBe(summary);
  });
});
