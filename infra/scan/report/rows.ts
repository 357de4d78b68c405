import type { Scan, ScanResult } from '../result.ts';
import { daysBetween } from './text.ts';

/** A row of the table: a result, and what the table sorts and searches by. */
export type Row = {
  readonly result: ScanResult;
  readonly accountName: string | undefined;
  /** The days for which the longest-idle key has been idle, -1 without a key whose last use is known. */
  readonly idleDays: number;
  /** All texts of the row, in lower case. */
  readonly text: string;
};

/** A column to sort by, and the value of a row in it. */
export const SORT_VALUES = {
  User: ({ result }) => result.UserName.toLowerCase(),
  Account: ({ result }) => result.AccountId,
  Rule: ({ result }) => result.Rule,
  Result: ({ result }) => result.ComplianceType,
  Change: ({ result }) => result.Change ?? '',
  'Access keys': ({ idleDays }) => idleDays,
  Recommendation: ({ result }) => result.Recommendation.Action,
} as const satisfies Record<string, (row: Row) => string | number>;

export type SortColumn = keyof typeof SORT_VALUES;

export type Sort = { readonly column: SortColumn; readonly isDescending: boolean };

/** The initial order: violations first. */
export const INITIAL_SORT: Sort = { column: 'Result', isDescending: true };

/** A filter, and the value of a row that it compares. */
export const FILTERS = {
  Rule: ({ result }) => result.Rule,
  Result: ({ result }) => result.ComplianceType,
  Change: ({ result }) => result.Change ?? '',
  Account: ({ result }) => result.AccountId,
  Recommendation: ({ result }) => result.Recommendation.Action,
} as const satisfies Record<string, (row: Row) => string>;

export type Filter = keyof typeof FILTERS;

/** The selected value of each filter in use, and the searched words. */
export type Selection = {
  readonly filters: Readonly<Partial<Record<Filter, string>>>;
  readonly search: string;
};

const textOf = (result: ScanResult, accountName = ''): string => {
  const { Recommendation, AccessKeys } = result;
  return [
    ...[result.UserName, result.UserId, result.AccountId, accountName, result.Rule],
    ...[result.ComplianceType, result.Annotation, result.Change],
    ...[Recommendation.Action, Recommendation.Reason, Recommendation.Command],
    ...AccessKeys.flatMap((key) => [key.AccessKeyId, key.Status, key.ServiceName, key.Region]),
  ]
    .join('\n')
    .toLowerCase();
};

/** Creates the rows of a scan, in the order that rows with the same sort value have: by account, user and rule. */
export const toRows = ({ Results, Accounts, ScanTime }: Scan): Row[] => {
  const names = new Map(Accounts.map(({ AccountId, Name }) => [AccountId, Name]));
  const rows = Results.map((result) => {
    const accountName = names.get(result.AccountId);
    const idleDays = result.AccessKeys.filter(({ IsLastUseUnread }) => !IsLastUseUnread).map(
      ({ CreateDate, LastUsedDate = CreateDate }) => daysBetween(LastUsedDate, ScanTime),
    );
    const text = textOf(result, accountName);
    return { result, accountName, idleDays: Math.max(-1, ...idleDays), text };
  });
  return (['Rule', 'User', 'Account'] as const).reduce(
    (sorted, column) => sortRows(sorted, { column, isDescending: false }),
    rows,
  );
};

/** Sorts rows by a column. Rows with the same value stay in their order. */
export const sortRows = (rows: readonly Row[], { column, isDescending }: Sort): Row[] => {
  const sign = isDescending ? -1 : 1;
  const sortValueOf = SORT_VALUES[column];
  return rows
    .map((row) => ({ row, value: sortValueOf(row) }))
    .sort((one, other) => {
      if (one.value === other.value) return 0;
      return one.value < other.value ? -sign : sign;
    })
    .map(({ row }) => row);
};

/** Selects the rows that match every filter and contain every searched word, in upper or lower case. */
export const selectRows = (rows: readonly Row[], { filters, search }: Selection): Row[] => {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const values = Object.entries(filters) as [Filter, string][];
  return rows.filter(
    (row) =>
      values.every(([filter, value]) => FILTERS[filter](row) === value) &&
      words.every((word) => row.text.includes(word)),
  );
};
