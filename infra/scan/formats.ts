import { inBatches } from '../../rule/aws/batches.ts';
import type { Change, Scan, ScannedAccount, ScannedKey, ScanResult } from './result.ts';
import { plain } from './text.ts';

/** Matches characters that a terminal may interpret. JSON.stringify escapes only some of them. */
const CONTROL = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const stringify = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(CONTROL, escapeCharacter);

/** The number of results in a part of the JSON output. */
const PART = 1000;

/**
 * Formats a scan as JSON, in parts, because the text of an organization takes more memory than its results. Control characters
 * are escaped.
 */
export const toJson = function* ({ Results, ...scan }: Scan): Generator<string> {
  // The results are the last member.
  yield stringify({ ...scan, Results: [] }).slice(0, -']\n}'.length);
  for (const [index, part] of inBatches(Results, PART).entries()) {
    const items = stringify(part).slice('[\n'.length, -'\n]'.length);
    yield `${index === 0 ? '' : ','}\n${items.replace(/^/gm, '  ')}`;
  }
  yield Results.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
};

/**
 * Matches a cell that a spreadsheet may take for a formula.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^[=+\-@\t\r\n]/;

/** Formats a cell as in RFC 4180. An apostrophe before a formula makes it a text. */
export const toCell = (text: string): string => {
  const neutral = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(neutral) ? `"${neutral.replaceAll('"', '""')}"` : neutral;
};

const toUse = ({ LastUsedDate, IsLastUseUnread, ServiceName, Region }: ScannedKey): string[] => {
  if (IsLastUseUnread) return ['last use unknown'];
  if (LastUsedDate === undefined) return ['never used'];
  return ['last used', LastUsedDate, ServiceName ?? '', Region ?? ''].filter((part) => part !== '');
};

const toKey = (key: ScannedKey): string =>
  [key.AccessKeyId, key.Status, 'created', key.CreateDate, ...toUse(key)].join(' ');

/** A row of the CSV output: a result, a violation of an earlier scan that has no result now, or a failure. */
type Row = Partial<Omit<ScanResult, 'Change'>> & {
  readonly Name?: ScannedAccount['Name'] | undefined;
  readonly Change?: Change;
  readonly Failure?: string;
};

/** The columns of the CSV output. */
const COLUMNS: Readonly<Record<string, (row: Row) => string | undefined>> = {
  AccountId: ({ AccountId }) => AccountId,
  AccountName: ({ Name }) => Name,
  UserName: ({ UserName }) => UserName,
  UserId: ({ UserId }) => UserId,
  Rule: ({ Rule }) => Rule,
  ComplianceType: ({ ComplianceType }) => ComplianceType,
  Change: ({ Change }) => Change,
  Annotation: ({ Annotation }) => Annotation,
  AccessKeys: ({ AccessKeys = [] }) => AccessKeys.map(toKey).join('; '),
  Action: ({ Recommendation }) => Recommendation?.Action,
  AccessKeyId: ({ Recommendation }) => Recommendation?.AccessKeyId,
  Reason: ({ Recommendation }) => Recommendation?.Reason,
  Command: ({ Recommendation }) => Recommendation?.Command,
  Failure: ({ Failure }) => Failure,
};

/**
 * Formats a scan as CSV: one row for each user and rule, then one for each violation of an earlier scan that has no result now,
 * then one for each failure.
 */
export const toCsv = ({ Accounts, Results, Failures, Comparison }: Scan): string => {
  const names = new Map(Accounts.map(({ AccountId, Name }) => [AccountId, Name]));
  const failures = Failures.map(({ Message, ...about }) => ({ ...about, Failure: plain(Message) }));
  const toCells = (row: Row & Pick<ScanResult, 'AccountId'>): readonly string[] => {
    const Name = names.get(row.AccountId);
    return Object.values(COLUMNS).map((column) => column({ ...row, Name }) ?? '');
  };
  const rows = [...Results, ...(Comparison?.WithoutResult ?? []), ...failures].map(toCells);
  return [Object.keys(COLUMNS), ...rows]
    .map((cells) => `${cells.map(toCell).join(',')}\r\n`)
    .join('');
};
