import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changedParameters, compareScans, readEarlierScan } from '../../../infra/scan/compare.ts';
import { toCsv, toJson } from '../../../infra/scan/formats.ts';
import type { Scan, ScanFailure, ScanResult } from '../../../infra/scan/result.ts';
import { toTable } from '../../../infra/scan/table.ts';
import { createLocalAccount } from '../../local-account/account.ts';
import { bundleScan } from '../../support/scan-command.ts';

const [ACCOUNT, OTHER] = ['111111111111', '222222222222'];

const jsonOf = (scan: Scan) => [...toJson(scan)].join('');

/** Returns a result of a user whose id is the name in upper case. */
const result = (
  UserName: string,
  ComplianceType: ScanResult['ComplianceType'],
  overrides: Partial<ScanResult> = {},
): ScanResult => ({
  ...{ AccountId: ACCOUNT, UserName, UserId: UserName.toUpperCase(), Rule: 'keys' },
  ...{ ComplianceType, Annotation: `about ${UserName}`, AccessKeys: [] },
  Recommendation: { Action: 'None' },
  ...overrides,
});

const violation = (UserName: string, overrides: Partial<ScanResult> = {}) =>
  result(UserName, 'NON_COMPLIANT', overrides);
const compliant = (UserName: string) => result(UserName, 'COMPLIANT');

const scanOf = (Results: readonly ScanResult[], overrides: Partial<Scan> = {}): Scan => ({
  ScanTime: '2026-01-31T12:00:00.000Z',
  Parameters: { keys: { maxActiveAccessKeys: 1 } },
  Accounts: [{ AccountId: ACCOUNT, Users: 3 }],
  Results,
  Failures: [],
  ...overrides,
});

/** Compares, and returns the change of each violation by the id of its user. */
const changes = (now: Scan, earlier: Scan) => {
  const { Results, Comparison } = compareScans(now, earlier);
  const all = [...Results, ...Comparison.WithoutResult];
  return Object.fromEntries(
    all.flatMap(({ UserId, Change }) => (Change === undefined ? [] : [[UserId, Change]])),
  );
};

describe('a violation', () => {
  it.each([
    ['that is new', [violation('a')], [], { A: 'New' }],
    ['of a user that was COMPLIANT', [violation('a')], [compliant('a')], { A: 'New' }],
    ['that was there before', [violation('a')], [violation('a')], { A: 'Unchanged' }],
    ['whose user is COMPLIANT now', [compliant('a')], [violation('a')], { A: 'Resolved' }],
    ['whose user is gone', [], [violation('a')], { A: 'Resolved' }],
    ['of a renamed user', [violation('b', { UserId: 'A' })], [violation('a')], { A: 'Unchanged' }],
    [
      'of another user with the same name',
      [violation('a', { UserId: 'B' })],
      [violation('a')],
      { A: 'Resolved', B: 'New' },
    ],
    ['of another rule', [violation('a', { Rule: 'other' })], [compliant('a')], { A: 'New' }],
    ['that never was', [compliant('a')], [compliant('a')], {}],
  ])('%s', (_what, now, before, expected) => {
    expect(changes(scanOf(now), scanOf(before))).toEqual(expected);
  });

  const failure = (overrides: Partial<ScanFailure> = {}): Partial<Scan> => ({
    Failures: [{ AccountId: ACCOUNT, Message: 'AccessDenied', ...overrides }],
  });

  it.each([
    ['its account could not be read', failure()],
    ['its user could not be read', failure({ UserName: 'renamed', UserId: 'A' })],
    ['its account was not scanned', { Accounts: [{ AccountId: OTHER, Users: 1 }] }],
    ['its rule was not evaluated', { Parameters: { other: {} } }],
  ])('is Unknown and not Resolved if %s', (_what, overrides) => {
    expect(changes(scanOf([], overrides), scanOf([violation('a')]))).toEqual({ A: 'Unknown' });
  });

  it.each([
    ['another account', failure({ AccountId: OTHER })],
    ['another user', failure({ UserName: 'b', UserId: 'B' })],
  ])('is Resolved if only %s could not be read', (_what, overrides) => {
    expect(changes(scanOf([], overrides), scanOf([violation('a')]))).toEqual({ A: 'Resolved' });
  });

  it('is New if the earlier scan could not read it, and the comparison says so', () => {
    const earlier = scanOf([], failure());
    const now = scanOf([violation('a')]);
    expect(changes(now, earlier)).toEqual({ A: 'New' });
    const compared = compareScans(now, earlier);
    expect(compared.Comparison.Failures).toBe(1);
    expect(toTable(compared, { isColored: false })).toContain(
      '! The earlier scan has 1 failure. Violations that it could not read are New.',
    );
  });
});

const anyViolations = fc.uniqueArray(
  fc.record({
    UserName: fc.constantFrom('a', 'b', 'c'),
    AccountId: fc.constantFrom(ACCOUNT, OTHER),
    Rule: fc.constantFrom('keys', 'other'),
    ComplianceType: fc.constantFrom('COMPLIANT' as const, 'NON_COMPLIANT' as const),
  }),
  { selector: ({ UserName, AccountId, Rule }) => `${UserName} ${AccountId} ${Rule}` },
);

describe('a comparison', () => {
  it('has every violation of both scans once, and nothing else', () => {
    const toScan = (given: readonly Partial<ScanResult>[]) =>
      scanOf(given.map(({ UserName = '', ...rest }) => ({ ...violation(UserName), ...rest })));
    const idsOf = (results: readonly ScanResult[]) =>
      results
        .filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT')
        .map(({ AccountId, UserId, Rule }) => `${AccountId} ${UserId} ${Rule}`);
    fc.assert(
      fc.property(anyViolations, anyViolations, (one, other) => {
        const [now, earlier] = [toScan(one), toScan(other)];
        const compared = compareScans(now, earlier);
        const { New, Unchanged, Resolved, Unknown } = compared.Comparison.Changes;
        expect(New + Unchanged).toBe(idsOf(now.Results).length);
        expect(Unchanged + Resolved + Unknown).toBe(idsOf(earlier.Results).length);
        const same = new Set(idsOf(earlier.Results));
        expect(Unchanged).toBe(idsOf(now.Results).filter((id) => same.has(id)).length);
      }),
    );
  });

  it('lists different parameters, and those of a renamed rule', () => {
    const [now, earlier] = [
      { Parameters: { keys: { a: 1, b: true, c: 'x' } } },
      { Parameters: { keys: { a: 2, b: true }, old: { a: 1 } } },
    ];
    expect(changedParameters(now, earlier)).toEqual([
      { Rule: 'keys', Name: 'a', Earlier: 2, Now: 1 },
      { Rule: 'keys', Name: 'c', Earlier: undefined, Now: 'x' },
      { Rule: 'old', Name: 'a', Earlier: 1, Now: undefined },
    ]);
  });

  it('is in every format', () => {
    const now = scanOf([violation('new'), violation('same'), compliant('better')], {
      Accounts: [
        { AccountId: ACCOUNT, Users: 3 },
        { AccountId: OTHER, Name: 'Payments', Users: 0 },
      ],
      Parameters: { keys: { maxActiveAccessKeys: 2 } },
      Failures: [{ AccountId: ACCOUNT, UserName: 'lost', UserId: 'LOST', Message: 'no' }],
    });
    const earlier = scanOf(['same', 'better', 'gone', 'lost'].map((name) => violation(name)));
    const compared = compareScans(now, earlier);
    const table = toTable(compared, { isColored: false });
    const [heading = '', ...rows] = toCsv(compared).trimEnd().split('\r\n');
    const column = heading.split(',').indexOf('Change');

    expect(JSON.parse(jsonOf(compared)).Comparison).toMatchObject({
      ...{ ScanTime: earlier.ScanTime, AddedAccounts: [OTHER] },
      Changes: { New: 1, Unchanged: 1, Resolved: 2, Unknown: 1 },
      WithoutResult: [
        { UserName: 'gone', Change: 'Resolved', Annotation: 'about gone' },
        { UserName: 'lost', Change: 'Unknown' },
      ],
    });
    expect(rows.map((row) => row.split(',')[column])).toEqual([
      ...['New', 'Unchanged', 'Resolved'],
      ...['Resolved', 'Unknown', ''],
    ]);
    expect(table.split('\n\n')[0]?.split('\n')).toEqual([
      'Violations since 2026-01-31T12:00:00.000Z: 1 new, 2 resolved, 1 unchanged, 1',
      '  unknown.',
      '! Different parameters, which change results: keys.maxActiveAccessKeys: 1, now',
      '  2.',
      '! Not in the earlier scan: 1 account. All violations there are New.',
      'New violations:',
      `  ${ACCOUNT} new keys`,
      'Resolved violations:',
      `  ${ACCOUNT} better keys`,
      `  ${ACCOUNT} gone keys`,
      'Violations of the earlier scan that could not be read now:',
      `  ${ACCOUNT} lost keys`,
    ]);
    expect(table).toContain('\n  NON_COMPLIANT keys (New)\n');
  });
});

describe('the file of an earlier scan', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'compare-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const write = (content: string) => {
    const file = path.join(directory, 'old.json');
    writeFileSync(file, content);
    return file;
  };

  it('is the JSON output of a scan, or of a comparison', () => {
    const scan = scanOf([violation('a')]);
    const compared = compareScans(scan, readEarlierScan(write(jsonOf(scan))));
    expect(readEarlierScan(write(jsonOf(compared)))).toMatchObject({
      Results: [{ UserId: 'A', ComplianceType: 'NON_COMPLIANT' }],
    });
  });

  const change = (overrides: object) =>
    JSON.stringify({ ...scanOf([violation('a')]), ...overrides });

  it.each([
    ['AccountId,UserName', /old\.json: expected JSON text, got "AccountId,UserName"$/],
    ['[]', /old\.json: expected Object, got an array|old\.json\.ScanTime/],
    ['{}', /old\.json\.ScanTime: expected a value, got nothing$/],
    [change({ ScanTime: 'today' }), /ScanTime: expected an ISO 8601 timestamp, got "today"$/],
    [
      change({ Results: [{ AccountId: '1' }] }),
      /Results\.0\.AccountId: expected .*12 digits, got "1"/,
    ],
    [
      change({ Results: [violation('a', { ComplianceType: 'X' as 'COMPLIANT' })] }),
      /Results\.0\.ComplianceType: expected .*, got "X"$/,
    ],
    [change({ Failures: undefined }), /Failures: expected a value, got nothing$/],
  ])('is refused if it is another one: %s', (content, message) => {
    const read = () => readEarlierScan(write(content));
    expect(read).toThrow(message);
    expect(read).toThrow(/^--compare must be the JSON output of an earlier scan: /);
  });

  it('is refused if it does not exist', () => {
    expect(() => readEarlierScan(path.join(directory, 'none.json'))).toThrow(
      /earlier scan: ENOENT/,
    );
  });

  it('can be the output too, so that each scan compares with the one before', async () => {
    const command = await bundleScan();
    const account = await createLocalAccount();
    const keys = [{ CreateDate: new Date(0) }, {}];
    const file = path.join(directory, 'scan.json');
    const given = ['--format', 'json', '--output', file, '--fail-on-violations'];
    try {
      account.iam.seedUser({ UserName: 'alice', keys });
      const first = await command.scan(account.environment, ...given);
      account.iam.seedUser({ UserName: 'bob', keys });
      const second = await command.scan(account.environment, ...given, '--compare', file);
      const third = await command.scan(account.environment, '--compare', directory);

      // A violation counts for the exit status, whether it is new or not.
      expect([first.code, second.code, third.code]).toEqual([1, 1, 3]);
      const { Comparison, Results } = JSON.parse(readFileSync(file, 'utf8')) as Scan;
      expect(Comparison?.Changes).toEqual({ New: 1, Unchanged: 1, Resolved: 0, Unknown: 0 });
      expect(Results.slice(0, 2).map(({ UserName, Change }) => [UserName, Change])).toEqual([
        ['alice', 'Unchanged'],
        ['bob', 'New'],
      ]);
      expect(third.stderr).toContain(
        '--compare must be the JSON output of an earlier scan: EISDIR',
      );
    } finally {
      await account.close();
      command.remove();
    }
  });
});
