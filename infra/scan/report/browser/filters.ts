import { FILTERS, type Filter, type Row, type Selection } from '../rows.ts';
import { button, element } from './element.ts';

/** The delay between the last key press and the search, in milliseconds. */
const SEARCH_DELAY = 120;

/** The controls that select rows. */
export type Controls = {
  readonly root: HTMLElement;
  /** Returns what is selected now. */
  readonly read: () => Selection;
};

const label = (text: string, control: HTMLElement) => element('label', {}, [text, control]);

const optionText = (filter: Filter, value: string, { accountName }: Row): string =>
  filter === 'Account' && accountName !== undefined ? `${value} ${accountName}` : value;

/** Creates a filter with an option for each value that occurs. */
const createFilter = (filter: Filter, rows: readonly Row[]) => {
  const values = new Map(rows.map((row) => [FILTERS[filter](row), row]));
  const options = [...values]
    .map(([value, row]) => element('option', { value }, [optionText(filter, value, row)]))
    .sort((one, other) => (one.value < other.value ? -1 : 1));
  return element('select', {}, [element('option', { value: '' }, ['All']), ...options]);
};

/** Creates the search field and the given filters. */
export const createControls = (
  rows: readonly Row[],
  names: readonly Filter[],
  onChange: () => void,
): Controls => {
  const search = element('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
  const filters = names.map((name) => ({ name, select: createFilter(name, rows) }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const apply = () => {
    clearTimeout(timer);
    onChange();
  };
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(apply, SEARCH_DELAY);
  });
  for (const { select } of filters) select.addEventListener('change', apply);
  const clear = button('Clear', () => {
    search.value = '';
    for (const { select } of filters) select.value = '';
    apply();
  });
  const root = element('div', { class: 'controls', role: 'search', 'aria-label': 'Results' }, [
    label('Search', search),
    ...filters.map(({ name, select }) => label(name, select)),
    clear,
  ]);
  const read = () => ({
    search: search.value,
    filters: Object.fromEntries(
      filters
        .filter(({ select }) => select.value !== '')
        .map(({ name, select }) => [name, select.value]),
    ),
  });
  return { root, read };
};

/** Describes a selection for the printed page. */
export const describeSelection = ({ filters, search }: Selection): string => {
  const parts = Object.entries(filters).map(([name, value]) => `${name}: ${value}`);
  const words = search.trim() === '' ? [] : [`Search: ${search.trim()}`];
  return [...parts, ...words].join('; ') || 'none';
};
