import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FILTERS,
  INITIAL_SORT,
  SORT_VALUES,
  type SortColumn,
  selectRows,
  sortRows,
  toRows,
} from '../../../../infra/scan/report/rows.ts';
import { createScan } from '../../../support/scans.ts';

const scan = createScan({ users: 200, accounts: 5 });
const rows = toRows(scan);
const none = { filters: {}, search: '' };
const columns = fc.constantFrom(...(Object.keys(SORT_VALUES) as SortColumn[]));

describe('the rows', () => {
  it('are the results, by account, user and rule', () => {
    const order = rows.map(({ result }) => result);

    expect(order).toHaveLength(400);
    expect(new Set(order)).toEqual(new Set(scan.Results));
    expect(order.map(({ AccountId }) => AccountId)).toEqual(
      order.map(({ AccountId }) => AccountId).toSorted(),
    );
  });

  it('have the idle time of the longest-idle key, from the creation of a key that was never used', () => {
    const [one] = scan.Results;
    const keys = [
      { AccessKeyId: 'A', Status: 'Active', CreateDate: '2026-01-01T00:00:00.000Z' },
      {
        ...{ AccessKeyId: 'B', Status: 'Active', CreateDate: '2020-01-01T00:00:00.000Z' },
        LastUsedDate: '2026-01-30T00:00:00.000Z',
      },
      {
        ...{ AccessKeyId: 'C', Status: 'Active', CreateDate: '2019-01-01T00:00:00.000Z' },
        IsLastUseUnread: true as const,
      },
    ];
    const results = [keys, []].flatMap((AccessKeys) => (one ? { ...one, AccessKeys } : []));

    expect(toRows({ ...scan, Results: results }).map(({ idleDays }) => idleDays)).toEqual([30, -1]);
  });
});

describe('sorting', () => {
  it('shows violations first', () => {
    const types = sortRows(rows, INITIAL_SORT).map(({ result }) => result.ComplianceType);

    expect(types.lastIndexOf('NON_COMPLIANT')).toBe(types.indexOf('COMPLIANT') - 1);
  });

  it('orders by the column, and leaves rows with the same value in their order', () => {
    fc.assert(
      fc.property(columns, fc.boolean(), (column, isDescending) => {
        const sorted = sortRows(rows, { column, isDescending });
        const positions = new Map(rows.map((row, index) => [row, index]));
        const misplaced = sorted.slice(1).filter((row, index) => {
          const before = sorted[index] ?? row;
          const [lower, higher] = isDescending ? [row, before] : [before, row];
          const [low, high] = [SORT_VALUES[column](lower), SORT_VALUES[column](higher)];
          const isInOrder = (positions.get(before) ?? 0) < (positions.get(row) ?? 0);
          return low > high || (low === high && !isInOrder);
        });
        expect(misplaced).toEqual([]);
        expect(new Set(sorted)).toEqual(new Set(rows));
      }),
    );
  });
});

describe('selecting', () => {
  it('selects all rows without a filter and with a search of spaces', () => {
    expect(selectRows(rows, { filters: {}, search: ' \t' })).toEqual(rows);
  });

  it('selects the rows that have the value of every filter', () => {
    const filters = { Result: 'NON_COMPLIANT', Recommendation: 'Delete' } as const;
    const selected = selectRows(rows, { ...none, filters });

    expect(selected).toEqual(
      rows.filter(
        (row) =>
          FILTERS.Result(row) === 'NON_COMPLIANT' && FILTERS.Recommendation(row) === 'Delete',
      ),
    );
    expect(selected.length).toBeGreaterThan(0);
  });

  it.each([
    ['the user', ({ UserName }) => UserName],
    ['the account', ({ AccountId }) => AccountId],
    ['the key', ({ AccessKeys }) => AccessKeys[0]?.AccessKeyId],
    ['the service', ({ AccessKeys }) => AccessKeys[0]?.ServiceName],
    ['the evidence', ({ Annotation }) => Annotation],
    ['the command', ({ Recommendation }) => Recommendation.Command],
  ] as readonly (readonly [
    string,
    (result: (typeof scan.Results)[number]) => string | undefined,
  ])[])('finds %s, in upper case too', (_, textOf) => {
    const row = rows.find(
      ({ result }) =>
        result.Recommendation.Command && result.AccessKeys[0]?.ServiceName !== undefined,
    );
    const search = (row && textOf(row.result)) ?? '';

    expect(search).not.toBe('');
    expect(selectRows(rows, { ...none, search: search.toUpperCase() })).toContain(row);
  });

  it('requires every word, in any order', () => {
    const [row] = rows;
    const words = `${row?.result.Rule} ${row?.result.UserName}`;

    expect(selectRows(rows, { ...none, search: words })).toContain(row);
    expect(selectRows(rows, { ...none, search: `${words} no-such-word` })).toEqual([]);
  });
});
