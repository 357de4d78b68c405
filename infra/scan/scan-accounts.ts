import pMap from 'p-map';
import type { Account } from './accounts.ts';
import {
  type AccountScan,
  describeCause,
  type ScanOptions,
  type ScanSources,
  scanAccount,
} from './scan-account.ts';
import { isSignedOut } from './sources.ts';

/** Accounts that are scanned at the same time. */
const CONCURRENCY = 20;

/** How accounts are scanned. */
export type AccountsOptions = Pick<ScanOptions, 'settings' | 'region' | 'at'> & {
  /** Creates the sources of an account, and fails if the account refuses. */
  readonly open: (account: Account) => Promise<ScanSources>;
  /** Is called after each account. */
  readonly onScanned?: (scan: AccountScan) => void;
};

/** The scan of an account that could not be opened: a failure, and no number of users. */
const unopened = (account: Account, cause: unknown): AccountScan => ({
  account,
  results: [],
  failures: [{ AccountId: account.AccountId, Message: `the account: ${describeCause(cause)}` }],
});

/**
 * Scans accounts, some at a time. An account that refuses has a failure and does not stop the others.
 *
 * Once the credentials of the caller are no longer valid, no further account is opened: all of them would refuse.
 */
export const scanAccounts = async (
  accounts: readonly Account[],
  { open, onScanned = () => {}, ...options }: AccountsOptions,
): Promise<readonly AccountScan[]> => {
  let signedOut: unknown;
  const scan = async (account: Account): Promise<AccountScan> => {
    if (signedOut !== undefined) return unopened(account, signedOut);
    try {
      const sources = await open(account);
      return await scanAccount(sources, { ...options, account });
    } catch (cause) {
      if (isSignedOut(cause)) signedOut = cause;
      return unopened(account, cause);
    }
  };
  const scanAndReport = async (account: Account): Promise<AccountScan> => {
    const scanned = await scan(account);
    onScanned(scanned);
    return scanned;
  };
  return pMap(accounts, scanAndReport, { concurrency: CONCURRENCY });
};
