import type { ScannedKey } from '../result.ts';
import { type Html, html } from './html.ts';
import { count, countOf, daysBetween } from './text.ts';
import type { AccountTotals } from './totals.ts';

/** The number of accounts that have a bar of their own. */
export const ACCOUNT_BARS = 20;

/** The upper bounds of the bars of a histogram, in days. A last bar has no bound. */
const BOUNDS = [30, 90, 180, 365, 730] as const;

const LABELS = [
  `0 to ${BOUNDS[0]} days`,
  ...BOUNDS.slice(1).map((bound, index) => `${(BOUNDS[index] ?? 0) + 1} to ${bound} days`),
  `over ${count(BOUNDS[BOUNDS.length - 1] ?? 0)} days`,
];

/** A bar: its label and its value. */
export type Bar = { readonly label: string; readonly value: number };

/** Counts days by the bars of a histogram. */
export const histogramOf = (days: readonly number[]): Bar[] => {
  const bars = LABELS.map((label) => ({ label, value: 0 }));
  for (const day of days) {
    const index = BOUNDS.findIndex((bound) => day <= bound);
    const bar = bars.at(index);
    if (bar !== undefined) bar.value += 1;
  }
  return bars;
};

/** Counts the ages of keys. */
export const agesOf = (keys: readonly ScannedKey[], at: string): Bar[] =>
  histogramOf(keys.map(({ CreateDate }) => daysBetween(CreateDate, at)));

/** Counts the days since the last use of keys. Keys that were never used have a bar, and so have keys whose last use was not read. */
export const idleTimesOf = (keys: readonly ScannedKey[], at: string): Bar[] => {
  const read = keys.filter(({ IsLastUseUnread }) => !IsLastUseUnread);
  const days = read.flatMap(({ LastUsedDate }) =>
    LastUsedDate === undefined ? [] : daysBetween(LastUsedDate, at),
  );
  const unread = { label: 'not read', value: keys.length - read.length };
  const neverUsed = { label: 'never used', value: read.length - days.length };
  return [...histogramOf(days), neverUsed, ...(unread.value > 0 ? [unread] : [])];
};

/**
 * Renders a value with its bar. The bar is SVG: its width is no style, which the Content-Security-Policy would
 * block, and browsers print it. The value is its text alternative.
 */
const valueWithBar = (value: number, maximum: number): Html => {
  const percent = maximum === 0 ? 0 : (100 * value) / maximum;
  return html`<td><span class="bar"><span>${count(value)}</span><svg aria-hidden="true" width="100%" height="12"><rect width="${percent.toFixed(2)}%" height="12"></rect></svg></span></td>`;
};

/** Renders a bar chart as a table: a row for each bar. */
export const barChart = (caption: string, bars: readonly Bar[]): Html => {
  const maximum = Math.max(...bars.map(({ value }) => value));
  return html`<table class="chart">
<caption>${caption}</caption>
<thead><tr><th scope="col">Days</th><th scope="col">Active access keys</th></tr></thead>
<tbody>${bars.map(
    ({ label, value }) =>
      html`<tr><th scope="row">${label}</th>${valueWithBar(value, maximum)}</tr>
`,
  )}</tbody>
</table>`;
};

/** Renders an account as its number, and its name if it has one. */
export const accountLabel = ({ AccountId, Name }: Pick<AccountTotals, 'AccountId' | 'Name'>) =>
  Name === undefined
    ? html`<bdi>${AccountId}</bdi>`
    : html`<bdi>${AccountId}</bdi> <bdi class="name">${Name}</bdi>`;

const rootUser = ({ RootUserHasAccessKeys: has }: AccountTotals) => {
  if (has === undefined) return 'unknown';
  return has ? html`<strong class="bad">yes</strong>` : 'no';
};

const accountRow = (account: AccountTotals, maximum: number): Html => {
  const { Users, Violations, Failures } = account;
  const failures = Failures === 0 ? '0' : html`<strong class="bad">${count(Failures)}</strong>`;
  return html`<tr><th scope="row">${accountLabel(account)}</th><td class="number">${Users === undefined ? 'not read' : count(Users)}</td><td>${rootUser(account)}</td><td class="number">${failures}</td>${valueWithBar(Violations, maximum)}</tr>
`;
};

const sumOf = (accounts: readonly AccountTotals[], of: (account: AccountTotals) => number) =>
  accounts.reduce((sum, account) => sum + of(account), 0);

/** Renders the sum of the accounts that have no bar. Its own bar would be out of scale. */
const restRow = (rest: readonly AccountTotals[]): Html => {
  const roots = rest.filter((account) => account.RootUserHasAccessKeys === true).length;
  return html`<tr><th scope="row">${countOf(rest.length, 'other account')}</th><td class="number">${count(sumOf(rest, ({ Users = 0 }) => Users))}</td><td>${count(roots)} yes</td><td class="number">${count(sumOf(rest, ({ Failures }) => Failures))}</td><td>${count(sumOf(rest, ({ Violations }) => Violations))}</td></tr>
`;
};

/** Renders the accounts with the most violations as bars, and the sum of the others. */
export const accountChart = (accounts: readonly AccountTotals[]): Html => {
  const shown = accounts.slice(0, ACCOUNT_BARS);
  const rest = accounts.slice(ACCOUNT_BARS);
  const maximum = Math.max(...shown.map(({ Violations }) => Violations));
  return html`<table class="chart accounts">
<caption>Accounts, those with the most violations first</caption>
<thead><tr><th scope="col">Account</th><th scope="col" class="number">Users</th><th scope="col">Root user keys</th><th scope="col" class="number">Failures</th><th scope="col">Violations</th></tr></thead>
<tbody>${shown.map((account) => accountRow(account, maximum))}${rest.length === 0 ? '' : restRow(rest)}</tbody>
</table>`;
};
