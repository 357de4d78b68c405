import type { Scan, ScannedAccount, ScannedKey } from '../result.ts';

/** The results of one rule, counted. */
type RuleTotals = {
  readonly Rule: string;
  readonly Results: number;
  readonly Violations: number;
};

/** The numbers of an account, or of several. */
export type AccountTotals = {
  readonly AccountId: string;
  readonly Name?: string;
  /** Absent if the account could not be read. */
  readonly Users?: number;
  readonly RootUserHasAccessKeys?: boolean;
  readonly Violations: number;
  readonly Failures: number;
};

/** The numbers of a scan. A violation is a result that is NON_COMPLIANT. */
export type Totals = {
  readonly Users: number;
  readonly UsersWithViolations: number;
  readonly Rules: readonly RuleTotals[];
  /** The keys of all users, each once, although both rules list it. */
  readonly AccessKeys: readonly ScannedKey[];
  readonly RootUsersWithAccessKeys: readonly ScannedAccount[];
  /** The accounts of which it is unknown whether the root user has access keys. */
  readonly UnreadRootUsers: number;
  /** The account with the most violations is first. An account that only a failure names is included. */
  readonly Accounts: readonly AccountTotals[];
};

const userOf = ({ AccountId, UserId }: { readonly AccountId: string; readonly UserId: string }) =>
  JSON.stringify([AccountId, UserId]);

/** Counts values by their key. */
const countBy = <T>(values: readonly T[], keyOf: (value: T) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
  return counts;
};

const rulesOf = (scan: Scan): RuleTotals[] => {
  const results = countBy(scan.Results, ({ Rule }) => Rule);
  const violations = countBy(violationsOf(scan), ({ Rule }) => Rule);
  return [...new Set([...Object.keys(scan.Parameters), ...results.keys()])].map((Rule) => ({
    Rule,
    Results: results.get(Rule) ?? 0,
    Violations: violations.get(Rule) ?? 0,
  }));
};

const violationsOf = ({ Results }: Scan) =>
  Results.filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');

const accountsOf = (scan: Scan): AccountTotals[] => {
  const violations = countBy(violationsOf(scan), ({ AccountId }) => AccountId);
  const failures = countBy(scan.Failures, ({ AccountId }) => AccountId);
  const accounts = new Map<string, Partial<ScannedAccount>>([
    ...[...failures.keys()].map((AccountId) => [AccountId, {}] as const),
    ...scan.Accounts.map((account) => [account.AccountId, account] as const),
  ]);
  return [...accounts]
    .map(([AccountId, account]) => ({
      ...account,
      AccountId,
      Violations: violations.get(AccountId) ?? 0,
      Failures: failures.get(AccountId) ?? 0,
    }))
    .sort(
      (one, other) =>
        other.Violations - one.Violations ||
        other.Failures - one.Failures ||
        (one.AccountId < other.AccountId ? -1 : 1),
    );
};

/** Computes the totals of a scan. */
export const totalsOf = (scan: Scan): Totals => {
  const { Accounts, Results } = scan;
  const keys = new Map(
    Results.flatMap((result) =>
      result.AccessKeys.map((key) => [`${userOf(result)}${key.AccessKeyId}`, key] as const),
    ),
  );
  return {
    Users: Accounts.reduce((sum, { Users = 0 }) => sum + Users, 0),
    UsersWithViolations: new Set(violationsOf(scan).map(userOf)).size,
    Rules: rulesOf(scan),
    AccessKeys: [...keys.values()],
    RootUsersWithAccessKeys: Accounts.filter((account) => account.RootUserHasAccessKeys === true),
    UnreadRootUsers: Accounts.filter((account) => account.RootUserHasAccessKeys === undefined)
      .length,
    Accounts: accountsOf(scan),
  };
};
