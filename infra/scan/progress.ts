import type { AccountScan } from './scan-account.ts';
import { count } from './text.ts';

const timeLeft = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
};

/**
 * Returns a function that takes each scanned account and the milliseconds since the start, and returns the progress in a few
 * words. The time left assumes that the other accounts take as long.
 */
export const createAccountProgress = (total: number) => {
  let [accounts, users, violators] = [0, 0, 0];
  return ({ account, results }: AccountScan, elapsed: number): string => {
    const violations = results.filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');
    accounts += 1;
    users += account.Users ?? 0;
    violators += new Set(violations.map(({ UserId }) => UserId)).size;
    const left = (elapsed / accounts) * (total - accounts);
    return `${accounts} of ${count(total, 'account')}, ${count(users, 'user')}, ${count(violators, 'violator')}, ${timeLeft(left)}`;
  };
};
