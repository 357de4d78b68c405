import { describe, expect, it } from 'vitest';
import { totalsOf } from '../../../../infra/scan/report/totals.ts';
import type { Scan, ScanResult } from '../../../../infra/scan/result.ts';

const [A, B, C] = ['111111111111', '222222222222', '333333333333'] as const;

const resultOf = (overrides: Partial<ScanResult>): ScanResult => ({
  AccountId: A,
  UserName: 'alice',
  UserId: 'AIDAALICE',
  Rule: 'first-rule',
  ComplianceType: 'NON_COMPLIANT',
  Annotation: '',
  AccessKeys: [],
  Recommendation: { Action: 'None' },
  ...overrides,
});

const key = { AccessKeyId: 'AKIA1', Status: 'Active', CreateDate: '2026-01-01T00:00:00.000Z' };

const scan: Scan = {
  ScanTime: '2026-01-31T12:00:00.000Z',
  Parameters: { 'first-rule': {}, 'second-rule': {} },
  Accounts: [
    { AccountId: B, Users: 1, RootUserHasAccessKeys: false },
    { AccountId: A, Name: 'production', Users: 2, RootUserHasAccessKeys: true },
  ],
  Results: [
    resultOf({ AccessKeys: [key] }),
    resultOf({ AccessKeys: [key], Rule: 'second-rule' }),
    resultOf({ UserId: 'AIDABOB', ComplianceType: 'COMPLIANT' }),
    resultOf({ AccountId: B, AccessKeys: [key] }),
  ],
  Failures: [{ AccountId: C, Message: 'AccessDenied' }],
};

describe('the totals', () => {
  it('count a user with two violations once, and users of two accounts twice', () => {
    expect(totalsOf(scan)).toMatchObject({ Users: 3, UsersWithViolations: 2 });
  });

  it('count results and violations by rule, also of a rule without results', () => {
    const { Rules } = totalsOf({ ...scan, Parameters: { ...scan.Parameters, 'third-rule': {} } });

    expect(Rules).toEqual([
      { Rule: 'first-rule', Results: 3, Violations: 2 },
      { Rule: 'second-rule', Results: 1, Violations: 1 },
      { Rule: 'third-rule', Results: 0, Violations: 0 },
    ]);
  });

  it('count a key once, although two rules list it', () => {
    expect(totalsOf(scan).AccessKeys).toEqual([key, key]);
  });

  it('name root users with access keys, and count those that could not be read', () => {
    const unread = { AccountId: C, Users: 0 };
    const totals = totalsOf({ ...scan, Accounts: [...scan.Accounts, unread] });

    expect(totals.RootUsersWithAccessKeys.map(({ AccountId }) => AccountId)).toEqual([A]);
    expect(totals.UnreadRootUsers).toBe(1);
  });

  it('list accounts by violations, and an account of which nothing could be read', () => {
    expect(totalsOf(scan).Accounts).toEqual([
      {
        ...{ AccountId: A, Name: 'production', Users: 2, RootUserHasAccessKeys: true },
        ...{ Violations: 2, Failures: 0 },
      },
      { AccountId: B, Users: 1, RootUserHasAccessKeys: false, Violations: 1, Failures: 0 },
      { AccountId: C, Violations: 0, Failures: 1 },
    ]);
  });
});
