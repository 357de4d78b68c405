import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  exitCodeOf,
  type Finding,
  printFindings,
  quoteJson,
} from '../../../infra/preflight/report.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The printed lines. */
const print = (findings: readonly Finding[]): string[] => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  printFindings(findings);
  return log.mock.calls.flatMap(([line]) => String(line).split('\n'));
};

const fine: Finding = { group: 'Account', state: 'fine', what: 'a Region' };
const note: Finding = { group: 'Security Hub CSPM', state: 'note', what: 'is off' };
const missing: Finding = {
  group: 'AWS Config',
  state: 'missing',
  what: 'no recorder',
  why: 'it needs one',
  fixes: [
    'aws configservice put-configuration-recorder',
    'aws configservice start-configuration-recorder',
  ],
};
const unread: Finding = { group: 'AWS Config', state: 'unread', what: 'could not read roles' };

describe('printFindings', () => {
  it('prints each finding under its group, with the reason and the fixes', () => {
    expect(print([note, missing, fine])).toEqual([
      'Account',
      '  ✓ a Region',
      'AWS Config',
      '  ✗ no recorder',
      '      it needs one',
      '      aws configservice put-configuration-recorder',
      '      aws configservice start-configuration-recorder',

      'Security Hub CSPM',
      '  – is off',
      '',
      '1 missing',
    ]);
  });

  it('breaks lines after 80 characters, and a long command before each option', () => {
    const long = (text: string) => `${text} ${'word '.repeat(13)}end`;
    const fixes = [`aws iam get-user --user-name ${'a'.repeat(50)} --output text`];
    const words = 'word '.repeat(13).trim();

    expect(print([{ ...missing, what: long('what it is'), why: long('why so'), fixes }])).toEqual([
      'AWS Config',
      `  ✗ what it is ${words}`,
      '    end',
      `      why so ${words}`,
      '      end',
      '      aws iam get-user \\',
      `        --user-name ${'a'.repeat(50)} \\`,
      '        --output text',
      '',
      '1 missing',
    ]);
  });

  it.each<[readonly Finding[], string]>([
    [[], 'The account has everything that the rule needs.'],
    [[fine, note], 'The account has everything that the rule needs.'],
    [[missing, missing], '2 missing'],
    [[unread], '1 could not be read'],
    [[missing, unread, unread], '1 missing, 2 could not be read'],
  ])('summarizes %j', (findings, summary) => {
    expect(print(findings).at(-1)).toBe(summary);
  });
});

describe('exitCodeOf', () => {
  const finding = (state: Finding['state']): Finding => ({ group: 'Account', state, what: '' });

  it.each([
    [0, []],
    [0, ['fine', 'note']],
    [1, ['fine', 'missing']],
    [2, ['fine', 'unread', 'note']],
    [1, ['unread', 'missing']],
  ] as const)('returns %i for %j', (code, states) => {
    expect(exitCodeOf(states.map(finding))).toBe(code);
  });
});

describe('quoteJson', () => {
  it('escapes single quotes for a shell', () => {
    expect(quoteJson({ Name: "Bob's" })).toBe(String.raw`'{"Name":"Bob'\''s"}'`);
  });
});
