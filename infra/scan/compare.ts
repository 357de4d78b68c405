import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { Json, parse, Text } from '../../rule/input/parse.ts';
import { UsageError } from '../command-line.ts';
import type {
  Change,
  Comparison,
  EarlierViolation,
  Scan,
  ScanFailure,
  ScannedAccount,
  ScanResult,
} from './result.ts';

type Violation = Omit<EarlierViolation, 'Change'>;

/** What a comparison reads of an earlier scan. */
export type EarlierScan = Pick<Scan, 'ScanTime' | 'Parameters'> & {
  readonly Accounts: readonly Pick<ScannedAccount, 'AccountId'>[];
  readonly Results: readonly (Violation & Pick<ScanResult, 'ComplianceType'>)[];
  readonly Failures: readonly Pick<ScanFailure, 'AccountId'>[];
};

const AccountId = v.pipe(v.string(), v.regex(/^\d{12}$/, 'an account id of 12 digits'));

const EarlierScanText = v.pipe(
  Json,
  v.object({
    ScanTime: v.pipe(v.string(), v.isoTimestamp('an ISO 8601 timestamp')),
    Parameters: v.record(v.string(), v.record(v.string(), v.unknown())),
    Accounts: v.array(v.object({ AccountId })),
    Results: v.array(
      v.object({
        AccountId,
        UserName: Text,
        UserId: Text,
        Rule: Text,
        ComplianceType: v.picklist(['COMPLIANT', 'NON_COMPLIANT']),
        Annotation: v.string(),
      }),
    ),
    Failures: v.array(v.object({ AccountId })),
  }),
);

/**
 * Reads the JSON output of an earlier scan.
 *
 * @throws {UsageError} if the file cannot be read or is not the JSON output of a scan
 */
export const readEarlierScan = (file: string): EarlierScan => {
  const error = (why: string) =>
    new UsageError(`--compare must be the JSON output of an earlier scan: ${why}`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw error(cause instanceof Error ? cause.message : String(cause));
  }
  return parse(EarlierScanText, text, { what: file, error });
};

const keyOf = (violation: Pick<ScanResult, 'AccountId' | 'UserId' | 'Rule'>): string =>
  JSON.stringify([violation.AccountId, violation.UserId, violation.Rule]);

/** The violations of a scan, by account, user and rule. */
const violationsIn = ({ Results }: Pick<EarlierScan, 'Results'>): Map<string, Violation> => {
  const violations = Results.filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');
  return new Map(
    violations.map(({ ComplianceType: _, ...violation }) => [keyOf(violation), violation]),
  );
};

/**
 * Returns a function that tells whether a scan has read a user. It has not if the account was not scanned, if a read of the
 * account or of the user failed, or if the rule was not evaluated.
 */
const createWasRead = ({ Accounts, Failures, Parameters }: Scan) => {
  const accounts = new Set(Accounts.map((account) => account.AccountId));
  const idOf = ({ AccountId, UserId }: Pick<ScanFailure, 'AccountId' | 'UserId'>) =>
    JSON.stringify([AccountId, UserId]);
  const failed = new Set(Failures.map(idOf));
  return ({ AccountId, UserId, Rule }: Violation): boolean =>
    accounts.has(AccountId) &&
    !failed.has(idOf({ AccountId })) &&
    !failed.has(idOf({ AccountId, UserId })) &&
    Object.hasOwn(Parameters, Rule);
};

const changeOf = (result: ScanResult, wasViolation: boolean): ScanResult['Change'] => {
  if (result.ComplianceType === 'NON_COMPLIANT') return wasViolation ? 'Unchanged' : 'New';
  return wasViolation ? 'Resolved' : undefined;
};

/**
 * Compares a scan with an earlier one, by account, user and rule.
 *
 * A violation that the earlier scan could not see is New. A violation that this scan could not read is Unknown, not Resolved.
 */
export const compareScans = (
  scan: Scan,
  earlier: EarlierScan,
): Scan & Required<Pick<Scan, 'Comparison'>> => {
  const violations = violationsIn(earlier);
  const Results = scan.Results.map((result) => {
    const Change = changeOf(result, violations.delete(keyOf(result)));
    return { ...result, ...(Change !== undefined && { Change }) };
  });
  const wasRead = createWasRead(scan);
  const WithoutResult = [...violations.values()].map((violation) => ({
    ...violation,
    Change: wasRead(violation) ? ('Resolved' as const) : ('Unknown' as const),
  }));
  const Changes: Record<Change, number> = { New: 0, Unchanged: 0, Resolved: 0, Unknown: 0 };
  for (const { Change } of [...Results, ...WithoutResult])
    if (Change !== undefined) Changes[Change] += 1;
  const { ScanTime, Parameters, Accounts, Failures } = earlier;
  const accounts = new Set(Accounts.map((account) => account.AccountId));
  const AddedAccounts = scan.Accounts.map((account) => account.AccountId).filter(
    (id) => !accounts.has(id),
  );
  const Comparison = { ScanTime, Parameters, Failures: Failures.length, AddedAccounts };
  return { ...scan, Results, Comparison: { ...Comparison, Changes, WithoutResult } };
};

/** A parameter that differs between two scans. `undefined`: the scan does not have it. */
type ChangedParameter = {
  readonly Rule: string;
  readonly Name: string;
  readonly Earlier: unknown;
  readonly Now: unknown;
};

/** Lists the parameters that differ from those of the earlier scan. Changed parameters change results. */
export const changedParameters = (
  { Parameters }: Pick<Scan, 'Parameters'>,
  { Parameters: earlier }: Pick<Comparison, 'Parameters'>,
): readonly ChangedParameter[] => {
  const rules = new Set([...Object.keys(earlier), ...Object.keys(Parameters)]);
  return [...rules].flatMap((Rule) => {
    const [before = {}, now = {}] = [earlier[Rule], Parameters[Rule]];
    return [...new Set([...Object.keys(before), ...Object.keys(now)])]
      .map((Name) => ({ Rule, Name, Earlier: before[Name], Now: now[Name] }))
      .filter(({ Earlier, Now }) => JSON.stringify(Earlier) !== JSON.stringify(Now));
  });
};
