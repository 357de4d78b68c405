import type { Scan } from '../../result.ts';
import {
  FILTERS,
  INITIAL_SORT,
  type Row,
  SORT_VALUES,
  type Sort,
  type SortColumn,
  selectRows,
  sortRows,
  toRows,
} from '../rows.ts';
import { count, instantOf } from '../text.ts';
import { CELLS, type Column, createRow } from './cells.ts';
import { button, element } from './element.ts';
import { createControls, describeSelection } from './filters.ts';
import { createPager, PAGE_SIZE, pagesOf } from './pager.ts';

/** The most rows that are printed: about 300 pages. */
const PRINT_LIMIT = 2000;

/** Returns the columns or filters of a table. Only compared scans have changes. */
const namesOf = <Name extends string>(record: Record<Name, unknown>, rows: readonly Row[]) =>
  (Object.keys(record) as Name[]).filter(
    (name) => name !== 'Change' || rows.some(({ result }) => result.Change !== undefined),
  );

const isSortable = (column: Column): column is SortColumn => column in SORT_VALUES;

const createHeading = (column: Column, onSort: (column: SortColumn) => void) => {
  const contents = isSortable(column) ? button(column, () => onSort(column)) : column;
  const note = column === 'Access keys' ? [element('small', {}, ['sorts by idle time'])] : [];
  return element('th', { scope: 'col', 'data-heading': column }, [contents, ...note]);
};

const createStatus = (name: string) => element('p', { role: 'status', class: name });

/** The table of results with its controls. It shows one page; when it is printed, every selected row. */
export class ResultsTable {
  readonly elements: readonly HTMLElement[];
  readonly #rows: readonly Row[];
  readonly #columns: readonly Column[];
  readonly #scanTime: string;
  readonly #body = element('tbody', {});
  readonly #status = createStatus('status');
  readonly #announcement = createStatus('visually-hidden');
  readonly #printed = element('p', { class: 'print-only' });
  readonly #table: HTMLTableElement;
  readonly #headings: ReadonlyMap<Column, HTMLElement>;
  readonly #controls: ReturnType<typeof createControls>;
  readonly #pager = createPager((page) => this.#turnTo(page));
  #sort = INITIAL_SORT;
  #sorted: readonly Row[] = [];
  #selected: readonly Row[] = [];
  #page = 0;

  constructor(scan: Scan) {
    this.#rows = toRows(scan);
    this.#scanTime = scan.ScanTime;
    this.#columns = namesOf(CELLS, this.#rows);
    this.#controls = createControls(this.#rows, namesOf(FILTERS, this.#rows), () => this.#select());
    this.#headings = new Map(
      this.#columns.map((column) => [column, createHeading(column, (by) => this.#sortBy(by))]),
    );
    this.#table = element('table', { class: 'results' }, [
      element('caption', {}, [`Results of each user and rule as of ${instantOf(scan.ScanTime)}`]),
      element('thead', {}, [element('tr', {}, [...this.#headings.values()])]),
      this.#body,
    ]);
    const bar = element('div', { class: 'bar-of-table' }, [this.#status, this.#pager.root]);
    this.elements = [
      ...[this.#controls.root, this.#announcement, this.#printed],
      ...[bar, this.#table],
    ];
    this.#order(INITIAL_SORT);
    addEventListener('beforeprint', () => this.#showForPrint());
    addEventListener('afterprint', () => this.#showPage());
  }

  #sortBy(column: SortColumn): void {
    const isDescending = this.#sort.column === column && !this.#sort.isDescending;
    this.#order({ column, isDescending });
  }

  #order(sort: Sort): void {
    this.#headings.get(this.#sort.column)?.removeAttribute('aria-sort');
    const direction = sort.isDescending ? 'descending' : 'ascending';
    this.#headings.get(sort.column)?.setAttribute('aria-sort', direction);
    this.#sort = sort;
    this.#sorted = sortRows(this.#rows, sort);
    this.#select();
  }

  #select(): void {
    this.#selected = selectRows(this.#sorted, this.#controls.read());
    this.#page = 0;
    this.#showPage();
  }

  #turnTo(page: number): void {
    this.#page = page;
    this.#showPage();
    if (this.#table.getBoundingClientRect().top < 0) this.#table.scrollIntoView();
  }

  #fill(rows: readonly Row[]): void {
    const context = {
      ScanTime: this.#scanTime,
      announce: (text: string) => {
        this.#announcement.textContent = text;
      },
    };
    this.#body.replaceChildren(...rows.map((row) => createRow(row, this.#columns, context)));
  }

  #showPage(): void {
    const start = this.#page * PAGE_SIZE;
    const shown = this.#selected.slice(start, start + PAGE_SIZE);
    const range = `: ${count(start + 1)} to ${count(start + shown.length)}`;
    this.#fill(shown);
    this.#pager.show(this.#page, pagesOf(this.#selected.length));
    this.#status.textContent = `${this.#counts()}${shown.length === 0 ? '' : range}`;
  }

  #counts(): string {
    return `${count(this.#selected.length)} of ${count(this.#rows.length)} results`;
  }

  #showForPrint(): void {
    const { length } = this.#selected;
    const limit =
      length <= PRINT_LIMIT ? '' : ` Only the first ${count(PRINT_LIMIT)} of these are printed.`;
    this.#printed.textContent = `${this.#counts()}. Filter: ${describeSelection(this.#controls.read())}.${limit}`;
    this.#fill(this.#selected.slice(0, PRINT_LIMIT));
  }
}
