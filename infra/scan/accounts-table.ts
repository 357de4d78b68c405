import type { Scan, ScannedAccount } from './result.ts';
import { wrap } from './text.ts';

const HEADING = `${'ACCOUNT'.padEnd(14)}${'USERS'.padStart(6)}${'VIOLATORS'.padStart(11)}  ROOT KEYS  NAME`;

const ROOT_KEYS = { true: 'yes', false: 'no', undefined: 'unknown' } as const;

/** Counts the users of each account that violate a rule. */
const countViolators = ({ Results }: Scan): ((account: ScannedAccount) => number) => {
  const violators = new Map<string, Set<string>>();
  for (const { ComplianceType, AccountId, UserId } of Results)
    if (ComplianceType === 'NON_COMPLIANT')
      violators.set(AccountId, (violators.get(AccountId) ?? new Set()).add(UserId));
  return ({ AccountId }) => violators.get(AccountId)?.size ?? 0;
};

/** Lists the accounts, one row each: those with the most violators first, those that refused last, with the reason. */
export const accountRows = (scan: Scan): readonly string[] => {
  const violatorsOf = countViolators(scan);
  const opened = scan.Accounts.filter(({ Users }) => Users !== undefined);
  const refused = scan.Accounts.filter(({ Users }) => Users === undefined);
  const reasons = new Map(scan.Failures.map(({ AccountId, Message }) => [AccountId, Message]));
  const rows = opened
    .toSorted((one, other) => violatorsOf(other) - violatorsOf(one))
    .flatMap((account) => {
      const { AccountId, Name = '', Users, RootUserHasAccessKeys } = account;
      const root = ROOT_KEYS[`${RootUserHasAccessKeys}`].padEnd(9);
      const violators = String(violatorsOf(account)).padStart(11);
      const first = `${AccountId.padEnd(14)}${String(Users).padStart(6)}${violators}  ${root}  `;
      return wrap(Name, { first, next: ' '.repeat(first.length) });
    });
  const refusals = refused.flatMap(({ AccountId, Name }) => {
    const name = Name === undefined ? '' : ` (${Name})`;
    const text = `${AccountId}${name} could not be read: ${reasons.get(AccountId)}`;
    return wrap(text, { first: '', next: '  ' });
  });
  return [HEADING, ...rows, ...refusals, ''];
};
