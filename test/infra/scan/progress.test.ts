import { describe, expect, it } from 'vitest';
import { createAccountProgress } from '../../../infra/scan/progress.ts';
import type { ScanResult } from '../../../infra/scan/result.ts';

const resultsOf = (...users: string[]): ScanResult[] =>
  users.flatMap((UserName) =>
    ['keys', 'inactive'].map((Rule) => ({
      ...{ AccountId: '111111111111', UserName, UserId: UserName, Rule, AccessKeys: [] },
      ...{ ComplianceType: 'NON_COMPLIANT' as const, Annotation: '' },
      Recommendation: { Action: 'None' as const },
    })),
  );

const scanned = (Users: number | undefined, ...violators: string[]) => ({
  account: { AccountId: '111111111111', ...(Users !== undefined && { Users }) },
  results: resultsOf(...violators),
  failures: [],
});

describe('the progress of several accounts', () => {
  it('counts accounts, users and violators, and estimates the time left', () => {
    const progress = createAccountProgress(4);

    expect(progress(scanned(10, 'alice'), 20_000)).toBe(
      '1 of 4 accounts, 10 users, 1 violator, 1 min left',
    );
    expect(progress(scanned(undefined), 40_000)).toBe(
      '2 of 4 accounts, 10 users, 1 violator, 40 s left',
    );
    expect(progress(scanned(1, 'alice', 'bob'), 360_000)).toBe(
      '3 of 4 accounts, 11 users, 3 violators, 2 min left',
    );
    expect(progress(scanned(0), 361_000)).toBe('4 of 4 accounts, 11 users, 3 violators, 0 s left');
  });
});
