import { createColors } from 'picocolors';
import { compareText } from '../../rule/keys/access-key.ts';
import { date } from '../../rule/keys/days.ts';
import type { Scan, ScanFailure, ScannedAccount, ScannedKey, ScanResult } from './result.ts';
import { plain, wrap } from './text.ts';

type Colors = ReturnType<typeof createColors>;

/** The scan, the colors, and the number of results that a user has if everything was read. */
type Table = { readonly scan: Scan; readonly color: Colors; readonly rules: number };

/** The results of one user. */
type UserResults = readonly [ScanResult, ...ScanResult[]];

const DAY_IN_MILLISECONDS = 86_400_000;

const isViolation = ({ ComplianceType }: ScanResult): boolean => ComplianceType === 'NON_COMPLIANT';

/** The column in which the last use of a key begins. */
const USE = 42;
const HEADING = `  ${'KEY'.padEnd(22)}${'STATUS'.padEnd(10)}${'AGE'.padStart(6)}  LAST USE`;

const useOf = ({ LastUsedDate, IsLastUseUnread, ServiceName, Region }: ScannedKey): string => {
  if (IsLastUseUnread) return 'unknown: see below';
  if (LastUsedDate === undefined) return 'never used';
  return [date(new Date(LastUsedDate)), ServiceName, Region].filter(Boolean).join(' ');
};

const keyLines = (key: ScannedKey, { ScanTime }: Scan): readonly string[] => {
  const milliseconds = Date.parse(ScanTime) - Date.parse(key.CreateDate);
  const age = `${Math.floor(milliseconds / DAY_IN_MILLISECONDS)} d`;
  const columns = `  ${plain(key.AccessKeyId).padEnd(22)}${plain(key.Status).padEnd(10)}${age.padStart(6)}  `;
  return wrap(useOf(key), { first: columns, next: ' '.repeat(USE) });
};

/** Splits a command at its options with the line continuation of a shell, so that it can be copied. */
const commandLines = (command: string): readonly string[] =>
  plain(command).replaceAll(' --', ' \\\n  --').split('\n');

/** What the runbook would do: its reason, and the command. A violation always has a reason. */
const recommendationLines = (
  { Recommendation: { Reason = '', Command } }: ScanResult,
  { color }: Table,
): readonly string[] => [
  ...wrap(Reason, { first: '  > ', next: '    ' }),
  ...(Command === undefined ? [] : commandLines(Command).map((line) => color.cyan(line))),
];

const resultLines = (result: ScanResult, table: Table): readonly string[] => {
  const { color } = table;
  const { ComplianceType, Rule, Annotation } = result;
  if (!isViolation(result) && Annotation === '') return [];
  const paint = isViolation(result) ? color.red : color.dim;
  const heading = wrap(`${ComplianceType} ${Rule}`, { first: '  ', next: '    ' });
  const annotation = wrap(Annotation, { first: '    ', next: '    ' });
  const recommendation = isViolation(result) ? recommendationLines(result, table) : [];
  return [...heading.map(paint), ...annotation, ...recommendation];
};

const signOf = (results: UserResults, { color, rules }: Table): string => {
  if (results.some(isViolation)) return color.red('✗');
  return results.length < rules ? color.yellow('?') : color.green('✓');
};

const userLines = (results: UserResults, table: Table): readonly string[] => {
  const { UserName, AccessKeys } = results[0];
  const { color, scan } = table;
  const [name = '', ...rest] = wrap(UserName, { first: '', next: '  ' });
  const keys = AccessKeys.flatMap((key) => keyLines(key, scan));
  return [
    `${signOf(results, table)} ${color.bold(name)}${keys.length > 0 ? '' : '  no access key'}`,
    ...rest,
    ...(keys.length > 0 ? [color.dim(HEADING), ...keys] : []),
    ...results.flatMap((result) => resultLines(result, table)),
    '',
  ];
};

/** Groups the results of an account by user: violators first, then by name. */
const usersOf = (AccountId: string, { Results }: Scan): readonly UserResults[] => {
  const users = new Map<string, UserResults>();
  for (const result of Results) {
    const existing = users.get(result.UserId);
    if (result.AccountId === AccountId)
      users.set(result.UserId, existing ? [...existing, result] : [result]);
  }
  return [...users.values()].toSorted(
    (one, other) =>
      Number(other.some(isViolation)) - Number(one.some(isViolation)) ||
      compareText(one[0].UserName, other[0].UserName),
  );
};

const accountLines = (account: ScannedAccount, table: Table): readonly string[] => {
  const { color, scan } = table;
  const { AccountId, Name, Users, RootUserHasAccessKeys } = account;
  const title = `Account ${AccountId}${Name === undefined ? '' : ` ${Name}`}: ${count(Users, 'IAM user')}, ${scan.ScanTime}`;
  const root = {
    true: color.red('The root user has access keys. Delete them.'),
    false: 'The root user has no access key.',
    undefined: color.yellow('Whether the root user has access keys could not be read.'),
  }[`${RootUserHasAccessKeys}`];
  return [
    ...wrap(title, { first: '', next: '  ' }).map((line) => color.bold(line)),
    root,
    '',
    ...usersOf(AccountId, scan).flatMap((results) => userLines(results, table)),
  ];
};

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

const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

/** Summarizes a scan in a sentence or two. */
export const summaryOf = ({ Accounts, Results, Failures, Parameters }: Scan): string => {
  const users = Accounts.reduce((sum, { Users }) => sum + Users, 0);
  const violations = Results.filter(isViolation);
  const violators = new Set(violations.map(({ AccountId, UserId }) => `${AccountId} ${UserId}`));
  const rules = Object.keys(Parameters).map(
    (name) => `${name} ${violations.filter(({ Rule }) => Rule === name).length}`,
  );
  const unread =
    Failures.length > 0
      ? ` ${count(Failures.length, 'failure')}: not everything could be read.`
      : '';
  return `${violators.size} of ${count(users, 'user')} NON_COMPLIANT: ${rules.join(', ')}.${unread}`;
};

/** Formats a scan as a table of at most 80 columns, violators first. */
export const toTable = (scan: Scan, { isColored }: { readonly isColored: boolean }): string => {
  const color = createColors(isColored);
  const table = { scan, color, rules: Object.keys(scan.Parameters).length };
  return [
    ...scan.Accounts.flatMap((account) => accountLines(account, table)),
    ...failureLines(scan.Failures).map((line) => color.yellow(line)),
    ...wrap(summaryOf(scan), { first: '', next: '  ' }).map((line) => color.bold(line)),
    '',
  ].join('\n');
};
