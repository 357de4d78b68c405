import { forEach } from '../../rule/aws/batches.ts';
import type { ReadHistory } from '../../rule/aws/cloudtrail.ts';
import type { Iam, IamUser } from '../../rule/aws/iam.ts';
import { keysMissing } from '../../rule/evaluation/read-user.ts';
import { compareText } from '../../rule/keys/access-key.ts';
import { describe } from '../preflight/account-state.ts';
import type { Settings } from '../settings/settings.ts';
import type { Scan, ScanFailure, ScannedAccount, ScanResult } from './result.ts';
import { rulesOf } from './rules.ts';
import {
  evaluateScannedUser,
  readScannedUser,
  type ScannedUser,
  type UserContext,
} from './scan-user.ts';

/** What a scan of an account reads with. None of it can write. */
export type ScanSources = {
  readonly iam: Iam;
  readonly readHistory: ReadHistory;
  /** Reads the summary of the account. */
  readonly readSummary: () => Promise<{ readonly AccountAccessKeysPresent: number }>;
};

/** The account to scan, and how. */
export type ScanOptions = {
  readonly account: Pick<ScannedAccount, 'AccountId' | 'Name'>;
  readonly settings: Settings;
  readonly region?: string | undefined;
  /** The instant of the evaluation, before the first read. */
  readonly at: Date;
  /** Takes what the scan is doing, in a few words. */
  readonly showProgress?: (progress: string) => void;
};

/** The scan of one account. */
export type AccountScan = {
  readonly account: ScannedAccount;
  readonly results: readonly ScanResult[];
  readonly failures: readonly ScanFailure[];
};

/** A scan in progress. */
type Run = ScanSources &
  UserContext & {
    readonly showProgress: (progress: string) => void;
    readonly results: ScanResult[];
  };

/** Describes why something could not be read. */
export const describeCause = (cause: unknown): string =>
  cause instanceof Error ? describe(cause) : String(cause);

const createRun = (sources: ScanSources, options: ScanOptions, failures: ScanFailure[]): Run => {
  const { settings, region, at, showProgress = () => {} } = options;
  const { AccountId } = options.account;
  let history: ReturnType<ReadHistory> | undefined;
  return {
    ...{ ...sources, AccountId, region, at, showProgress },
    rules: rulesOf(settings),
    results: [],
    readHistory: (instant) => {
      if (history === undefined) showProgress('reading the event history');
      history ??= sources.readHistory(instant);
      return history;
    },
    fail: (missing, cause, user) => {
      const about = user && { UserName: user.UserName, UserId: user.UserId };
      const Message = `${missing}: ${describeCause(cause)}`;
      failures.push({ AccountId, ...about, Message });
    },
  };
};

/**
 * Scans users, and returns those that IAM no longer has under their names.
 *
 * Users are evaluated after the keys of all users were read. So the event history is never older than the keys, as in a sweep.
 */
const scanUsers = async (users: readonly IamUser[], run: Run): Promise<readonly IamUser[]> => {
  const missing: IamUser[] = [];
  let done = 0;
  const { results: read, failures } = await forEach(users, async (user) => {
    const scanned = await readScannedUser(run.iam, user, run);
    done += 1;
    run.showProgress(`${done} of ${users.length} users`);
    if (scanned === undefined) missing.push(user);
    return scanned;
  });
  for (const { item, cause } of failures) run.fail('its keys', cause, item);
  const existing = read.filter((scanned): scanned is ScannedUser => scanned !== undefined);
  await forEach(existing, async (scanned) => {
    const results = await evaluateScannedUser(scanned, run);
    if (results === undefined) missing.push(scanned.user);
    else run.results.push(...results);
  });
  return missing;
};

/** Scans users that may have been renamed. Those that no longer exist have no result. */
const scanRenamed = async (users: readonly IamUser[], run: Run): Promise<void> => {
  const found = await run.iam.findUsers(new Set(users.map(({ UserId }) => UserId)));
  for (const user of await scanUsers([...found.values()], run))
    run.fail('its keys', keysMissing(user), user);
};

/** Makes a read of the whole account. If it fails, the failure is listed. */
const attempt = async <Value>(
  missing: string,
  read: () => Promise<Value>,
  { fail }: Run,
): Promise<Value | undefined> => {
  try {
    return await read();
  } catch (cause) {
    fail(missing, cause);
    return undefined;
  }
};

/**
 * Evaluates every user of an account with both rules, as their first evaluation does, and plans what the runbooks would do.
 *
 * What cannot be read is listed as a failure. It never becomes a result, and does not stop the rest.
 */
export const scanAccount = async (
  sources: ScanSources,
  options: ScanOptions,
): Promise<AccountScan> => {
  const failures: ScanFailure[] = [];
  const run = createRun(sources, options, failures);
  const summary = await attempt('whether the root user has access keys', run.readSummary, run);
  const users = new Map<string, IamUser>();
  const list = async () => {
    for await (const user of run.iam.listUsers()) users.set(user.UserId, user);
  };
  await attempt('the users', list, run);
  const missing = await scanUsers([...users.values()], run);
  if (missing.length > 0)
    await attempt('the users that were renamed', () => scanRenamed(missing, run), run);
  const root = summary && { RootUserHasAccessKeys: summary.AccountAccessKeysPresent > 0 };
  const account = { ...options.account, Users: users.size, ...root };
  return { account, results: run.results, failures };
};

/** Returns a scan of accounts: violations first, then by account, user and rule. */
export const toScan = (
  accounts: readonly AccountScan[],
  { settings, at }: Pick<ScanOptions, 'settings' | 'at'>,
): Scan => {
  const order = ({ ComplianceType, AccountId, UserName, Rule }: ScanResult): string =>
    [ComplianceType === 'COMPLIANT', AccountId, UserName, Rule].join(' ');
  return {
    ScanTime: at.toISOString(),
    Parameters: Object.fromEntries(
      rulesOf(settings).map(({ Rule, parameters }) => [Rule, parameters]),
    ),
    Accounts: accounts.map(({ account }) => account),
    Results: accounts
      .flatMap(({ results }) => results)
      .toSorted((one, other) => compareText(order(one), order(other))),
    Failures: accounts.flatMap(({ failures }) => failures),
  };
};
