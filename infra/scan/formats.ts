import type { Scan, ScannedKey, ScanResult } from './result.ts';

/** Matches characters that a terminal may interpret. JSON.stringify escapes only some of them. */
const CONTROL = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Formats a scan as JSON. Control characters are escaped. */
export const toJson = (scan: Scan): string =>
  `${JSON.stringify(scan, null, 2).replace(CONTROL, escapeCharacter)}\n`;

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

/** The columns of the CSV output. */
const COLUMNS: Readonly<Record<string, (result: ScanResult) => string | undefined>> = {
  AccountId: ({ AccountId }) => AccountId,
  UserName: ({ UserName }) => UserName,
  UserId: ({ UserId }) => UserId,
  Rule: ({ Rule }) => Rule,
  ComplianceType: ({ ComplianceType }) => ComplianceType,
  Annotation: ({ Annotation }) => Annotation,
  AccessKeys: ({ AccessKeys }) => AccessKeys.map(toKey).join('; '),
  Action: ({ Recommendation }) => Recommendation.Action,
  AccessKeyId: ({ Recommendation }) => Recommendation.AccessKeyId,
  Reason: ({ Recommendation }) => Recommendation.Reason,
  Command: ({ Recommendation }) => Recommendation.Command,
};

/** Formats the results of a scan as CSV, one row for each user and rule. Failures are not part of it. */
export const toCsv = ({ Results }: Scan): string => {
  const rows = [
    Object.keys(COLUMNS),
    ...Results.map((result) => Object.values(COLUMNS).map((column) => column(result) ?? '')),
  ];
  return rows.map((cells) => `${cells.map(toCell).join(',')}\r\n`).join('');
};
