import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCell, toCsv, toJson } from '../../../infra/scan/formats.ts';
import type { Scan, ScanResult } from '../../../infra/scan/result.ts';
import { toTable } from '../../../infra/scan/table.ts';
import { plain, wrap } from '../../../infra/scan/text.ts';

/** Any text, often one that a spreadsheet or a terminal interprets. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '=',
        '+',
        '-',
        '@',
        '\t',
        '\r',
        '\n',
        '"',
        ',',
        "'",
        ' ',
        '\u001b[2J',
        '\u009b',
        '\u202e',
      ),
      fc.string({ unit: 'binary', maxLength: 90 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const anyResult: fc.Arbitrary<ScanResult> = fc.record({
  AccountId: fc.constantFrom('123456789012', '210987654321'),
  UserName: anyText,
  UserId: anyText,
  Rule: fc.constantFrom('single', 'inactive'),
  ComplianceType: fc.constantFrom('COMPLIANT' as const, 'NON_COMPLIANT' as const),
  Annotation: anyText,
  AccessKeys: fc.array(
    fc.record(
      {
        AccessKeyId: anyText,
        Status: anyText,
        CreateDate: fc.constant('2026-01-01T00:00:00.000Z'),
        LastUsedDate: fc.constant('2026-01-30T00:00:00.000Z'),
        IsLastUseUnread: fc.constant(true as const),
        ServiceName: anyText,
        Region: anyText,
      },
      { requiredKeys: ['AccessKeyId', 'Status', 'CreateDate'] },
    ),
    { maxLength: 2 },
  ),
  Recommendation: fc.record(
    {
      Action: fc.constantFrom('Deactivate' as const, 'Delete' as const, 'None' as const),
      AccessKeyId: anyText,
      Reason: anyText,
    },
    { requiredKeys: ['Action'] },
  ),
});

const anyScan: fc.Arbitrary<Scan> = fc.record({
  ScanTime: fc.constant('2026-01-31T12:00:00.000Z'),
  Parameters: fc.constant({ single: {}, inactive: {} }),
  Accounts: fc.constant([
    { AccountId: '123456789012', Users: 1, RootUserHasAccessKeys: true },
    { AccountId: '210987654321', Users: 2 },
  ]),
  Results: fc.array(anyResult, { maxLength: 4 }),
  Failures: fc.array(fc.record({ AccountId: anyText, UserName: anyText, Message: anyText }), {
    maxLength: 2,
  }),
});

/** Parses CSV as RFC 4180 describes it. */
const parseCsv = (csv: string): string[][] => {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
};

describe('CSV', () => {
  it.each([
    ['alice', 'alice'],
    ['', ''],
    ['=cmd', "'=cmd"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@a', "'@a"],
    ['\ta', "'\ta"],
    ['\ra', `"'\ra"`],
    ['a=1', 'a=1'],
    ['a,b', '"a,b"'],
    ['say "a"', '"say ""a"""'],
    ['=a,"b"', `"'=a,""b"""`],
  ])('has for %j the cell %j', (text, cell) => {
    expect(toCell(text)).toBe(cell);
  });

  it('has one row for each result and each failure, no formula, and every text', () => {
    fc.assert(
      fc.property(anyScan, (scan) => {
        const [heading = [], ...rows] = parseCsv(toCsv(scan));
        expect(rows).toHaveLength(scan.Results.length + scan.Failures.length);
        for (const [index, row] of rows.entries()) {
          expect(row).toHaveLength(heading.length);
          for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
          const result = scan.Results[index];
          const { UserName, Message } = scan.Failures[index - scan.Results.length] ?? {};
          for (const [column, text = ''] of [
            ['UserName', result?.UserName ?? UserName],
            ['Annotation', result?.Annotation],
            ['Failure', plain(Message ?? '')],
          ]) {
            const cell = row[heading.indexOf(column ?? '')];
            expect([text, `'${text}`]).toContain(cell);
          }
        }
      }),
    );
  });
});

/** Matches what no line of a terminal should contain. */
const TERMINAL = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const jsonOf = (scan: Scan) => [...toJson(scan)].join('');

describe('JSON', () => {
  it('has every text, and no control character in its bytes', () => {
    fc.assert(
      fc.property(anyScan, (scan) => {
        const json = jsonOf(scan);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(scan)));
        expect(json.replaceAll('\n', '')).not.toMatch(TERMINAL);
      }),
    );
  });

  it.each([0, 1, 999, 1000, 1001, 2001])(
    'is one text in parts, indented by two spaces: %d results',
    (length) => {
      const Results = Array.from({ length }, () => ({ UserName: 'alice', AccessKeys: [{}] }));
      const scan = { Accounts: [{ Users: 1 }], Failures: [], Results };
      expect(jsonOf(scan as unknown as Scan)).toBe(`${JSON.stringify(scan, null, 2)}\n`);
    },
  );
});

describe('the table', () => {
  it('has no control character but line breaks', () => {
    fc.assert(
      fc.property(anyScan, (scan) => {
        const lines = toTable(scan, { isColored: false }).split('\n');
        for (const line of lines) expect(line).not.toMatch(TERMINAL);
      }),
    );
  });

  it('wraps every text at 80 columns, and keeps its words', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 200 })), fc.nat(40), (words, indent) => {
        const next = ' '.repeat(indent);
        const lines = wrap(words.join(' '), { first: next, next });
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
        const kept = lines.map((line) => line.slice(indent)).join('');
        expect(kept.replaceAll(' ', '')).toBe(words.join('').replaceAll(' ', ''));
      }),
    );
  });
});

describe('the table of several accounts', () => {
  const result = (AccountId: string, UserName: string, overrides: Partial<ScanResult> = {}) => ({
    ...{
      AccountId,
      UserName,
      UserId: UserName,
      Rule: 'single',
      ComplianceType: 'COMPLIANT' as const,
    },
    ...{ Annotation: '', AccessKeys: [], Recommendation: { Action: 'None' as const } },
    ...overrides,
  });
  const scan: Scan = {
    ScanTime: '2026-01-31T12:00:00.000Z',
    Parameters: { single: {} },
    Accounts: [
      { AccountId: '111111111111', Name: 'Quiet', Users: 2, RootUserHasAccessKeys: false },
      { AccountId: '222222222222', Name: 'Gone' },
      { AccountId: '333333333333', Users: 12_345, RootUserHasAccessKeys: true },
      { AccountId: '444444444444', Name: 'n'.repeat(50), Users: 0, RootUserHasAccessKeys: true },
      { AccountId: '555555555555', Users: 1 },
    ],
    Results: [
      result('333333333333', 'alice', { ComplianceType: 'NON_COMPLIANT' }),
      ...['111111111111', '333333333333'].flatMap((id) => [result(id, 'bob'), result(id, 'carol')]),
      result('555555555555', 'dora'),
    ],
    Failures: [
      { AccountId: '222222222222', Message: 'the account: AccessDenied: no role' },
      { AccountId: '555555555555', Message: 'whether the root user has access keys: no' },
    ],
  };
  const lines = toTable(scan, { isColored: false }).split('\n');

  it('shows violators, and counts the other users and accounts', () => {
    expect(lines.filter((line) => /^[✗✓?] |^Account /.test(line))).toEqual([
      'Account 333333333333: 12345 IAM users, 2026-01-31T12:00:00.000Z',
      '✗ alice  no access key',
      '✓ 2 other users',
      expect.stringMatching(/^Account 444444444444 n+: 0 IAM$/),
    ]);
  });

  it('ends with a row for each account, those that refused last, and the totals', () => {
    expect(lines.slice(lines.findIndex((line) => line.startsWith('ACCOUNT')))).toEqual([
      'ACCOUNT        USERS  VIOLATORS  ROOT KEYS  NAME',
      '333333333333   12345          1  yes        ',
      '111111111111       2          0  no         Quiet',
      `444444444444       0          0  yes        ${'n'.repeat(36)}`,
      `${' '.repeat(44)}${'n'.repeat(14)}`,
      '555555555555       1          0  unknown    ',
      '222222222222 (Gone) could not be read: the account: AccessDenied: no role',
      '',
      'Could not be read:',
      '  ? 555555555555: whether the root user has access keys: no',
      '',
      '4 of 5 accounts read. 1 of 12348 users NON_COMPLIANT: single 1. 2 failures:',
      '  not everything could be read.',
      '',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});
