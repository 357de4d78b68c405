import { createColors } from 'picocolors';
import { compareText } from '../../rule/keys/access-key.ts';
import { date } from '../../rule/keys/days.ts';
import { accountRows } from './accounts-table.ts';
import { comparisonLines } from './comparison-table.ts';
import type { Scan, ScannedAccount, ScannedKey, ScanResult } from './result.ts';
import { failureLines, summaryOf } from './summary.ts';
import { count, plain, wrap } from './text.ts';

type Colors = ReturnType<typeof createColors>;

/** The scan, the colors, the results by account, and the number of results that a user has if everything was read. */
type Table = {
  readonly scan: Scan;
  readonly color: Colors;
  readonly users: ReadonlyMap<string, readonly UserResults[]>;
  readonly rules: number;
};

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
  const { ComplianceType, Rule, Annotation, Change } = result;
  if (!isViolation(result) && Annotation === '') return [];
  const paint = isViolation(result) ? color.red : color.dim;
  const heading = wrap(`${ComplianceType} ${Rule}${Change === undefined ? '' : ` (${Change})`}`, {
    first: '  ',
    next: '    ',
  });
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

/** Groups results by account and user: violators first, then by name. */
const groupUsers = ({ Results }: Scan): Table['users'] => {
  const accounts = new Map<string, Map<string, UserResults>>();
  for (const result of Results) {
    const users = accounts.get(result.AccountId) ?? new Map<string, UserResults>();
    const existing = users.get(result.UserId);
    users.set(result.UserId, existing ? [...existing, result] : [result]);
    accounts.set(result.AccountId, users);
  }
  const sort = (users: ReadonlyMap<string, UserResults>) =>
    [...users.values()].toSorted(
      (one, other) =>
        Number(other.some(isViolation)) - Number(one.some(isViolation)) ||
        compareText(one[0].UserName, other[0].UserName),
    );
  return new Map([...accounts].map(([AccountId, users]) => [AccountId, sort(users)]));
};

const headingLines = (account: ScannedAccount, { color, scan }: Table): readonly string[] => {
  const { AccountId, Name, Users, RootUserHasAccessKeys } = account;
  const users = Users === undefined ? 'not read' : count(Users, 'IAM user');
  const title = `Account ${AccountId}${Name === undefined ? '' : ` ${Name}`}: ${users}, ${scan.ScanTime}`;
  const root = {
    true: color.red('The root user has access keys. Delete them.'),
    false: 'The root user has no access key.',
    undefined: color.yellow('Whether the root user has access keys could not be read.'),
  }[`${RootUserHasAccessKeys}`];
  return [...wrap(title, { first: '', next: '  ' }).map((line) => color.bold(line)), root, ''];
};

/** Shows every user of an account. */
const accountLines = (account: ScannedAccount, table: Table): readonly string[] => {
  const users = table.users.get(account.AccountId) ?? [];
  return [
    ...headingLines(account, table),
    ...users.flatMap((results) => userLines(results, table)),
  ];
};

/** Shows the users of one of several accounts that need attention, and counts the others. */
const attentionLines = (account: ScannedAccount, table: Table): readonly string[] => {
  const users = table.users.get(account.AccountId) ?? [];
  const shown = users.filter(
    (results) => results.some(isViolation) || results.length < table.rules,
  );
  if (shown.length === 0 && account.RootUserHasAccessKeys !== true) return [];
  const others = users.length - shown.length;
  return [
    ...headingLines(account, table),
    ...shown.flatMap((results) => userLines(results, table)),
    ...(others > 0 ? [`${table.color.green('✓')} ${count(others, 'other user')}`, ''] : []),
  ];
};

/** Formats a scan as a table of at most 80 columns, violators first. Several accounts are summarized at the end. */
export const toTable = (scan: Scan, { isColored }: { readonly isColored: boolean }): string => {
  const color = createColors(isColored);
  const rules = Object.keys(scan.Parameters).length;
  const table = { scan, color, users: groupUsers(scan), rules };
  const isOne = scan.Accounts.length === 1;
  const toLines = isOne ? accountLines : attentionLines;
  const refused = new Set(
    isOne
      ? []
      : scan.Accounts.filter(({ Users }) => Users === undefined).map((one) => one.AccountId),
  );
  const failures = scan.Failures.filter(({ AccountId }) => !refused.has(AccountId));
  return [
    ...comparisonLines(scan).map((line) => color.bold(line)),
    ...scan.Accounts.flatMap((account) => toLines(account, table)),
    ...(isOne ? [] : accountRows(scan)),
    ...failureLines(failures).map((line) => color.yellow(line)),
    ...wrap(summaryOf(scan), { first: '', next: '  ' }).map((line) => color.bold(line)),
    '',
  ].join('\n');
};
