import type { Scan, ScanFailure } from './result.ts';
import { count, wrap } from './text.ts';

/** The failures that a table lists. */
const MAXIMUM_FAILURES = 50;

/** Lists failures, one per line or more, with what is missing because of them. */
export const failureLines = (failures: readonly ScanFailure[]): readonly string[] => {
  const lines = failures.slice(0, MAXIMUM_FAILURES).flatMap(({ AccountId, UserName, Message }) => {
    const who = [AccountId, UserName].filter((part) => part !== undefined).join(' ');
    return wrap(`${who}: ${Message}`, { first: '  ? ', next: '    ' });
  });
  const more = failures.length - MAXIMUM_FAILURES;
  const rest = more > 0 ? [`  and ${more} more: --format json lists all of them`] : [];
  return failures.length > 0 ? ['Could not be read:', ...lines, ...rest, ''] : [];
};

/** Summarizes a scan in some sentences. */
export const summaryOf = ({ Accounts, Results, Failures, Parameters }: Scan): string => {
  const users = Accounts.reduce((sum, { Users = 0 }) => sum + Users, 0);
  const violations = Results.filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');
  const violators = new Set(violations.map(({ AccountId, UserId }) => `${AccountId} ${UserId}`));
  const rules = Object.keys(Parameters).map(
    (name) => `${name} ${violations.filter(({ Rule }) => Rule === name).length}`,
  );
  const read = Accounts.filter(({ Users }) => Users !== undefined).length;
  const accounts =
    Accounts.length === 1 ? '' : `${read} of ${count(Accounts.length, 'account')} read. `;
  const unread =
    Failures.length > 0
      ? ` ${count(Failures.length, 'failure')}: not everything could be read.`
      : '';
  return `${accounts}${violators.size} of ${count(users, 'user')} NON_COMPLIANT: ${rules.join(', ')}.${unread}`;
};
