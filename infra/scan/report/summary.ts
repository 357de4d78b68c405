import { comparisonNotes } from '../comparison-table.ts';
import type { EarlierViolation, Scan, ScanFailure } from '../result.ts';
import { accountChart, accountLabel, agesOf, barChart, idleTimesOf } from './charts.ts';
import { type Html, html } from './html.ts';
import { count, countOf, instantOf } from './text.ts';
import { type Totals, totalsOf } from './totals.ts';

/** The number of items of a list that are shown. The others are in a list to open. */
const OPEN_ITEMS = 10;

const list = (items: readonly Html[]): Html => {
  const others = items.slice(OPEN_ITEMS);
  const more =
    others.length === 0
      ? ''
      : html`<details><summary>${count(others.length)} more</summary><ul>${others}</ul></details>`;
  return html`<ul>${items.slice(0, OPEN_ITEMS)}</ul>${more}`;
};

const failure = ({ AccountId, UserName, Message }: ScanFailure): Html =>
  html`<li><bdi>${AccountId}</bdi>${UserName === undefined ? '' : html`, user <bdi>${UserName}</bdi>`}: <bdi>${Message}</bdi></li>
`;

/** Renders the failures, so that an incomplete scan is not taken for a complete one. */
const failures = ({ Failures }: Scan): Html => {
  if (Failures.length === 0) return html`<p class="complete">The scan has no failures.</p>`;
  return html`<section class="callout" aria-labelledby="failures">
<h2 id="failures">The scan is incomplete: ${countOf(Failures.length, 'failure')}</h2>
<p>The totals and results below do not include what could not be read:</p>
${list(Failures.map(failure))}
</section>`;
};

const rootUsers = ({ RootUsersWithAccessKeys: accounts }: Totals): Html | string => {
  if (accounts.length === 0) return '';
  return html`<section class="callout" aria-labelledby="root-users">
<h2 id="root-users">${countOf(accounts.length, 'root user')} with access keys</h2>
<p>An access key of a root user gives full access to the account: delete it. The rules evaluate only IAM users, so no result names it.</p>
<div class="columns">${list(accounts.map((account) => html`<li>${accountLabel(account)}</li>`))}</div>
</section>`;
};

const total = (name: string, value: string, note = ''): Html =>
  html`<div><dt>${name}</dt><dd><span class="value">${value}</span> <span class="note">${note}</span></dd></div>
`;

const totals = (scan: Scan, sums: Totals): Html => {
  const active = sums.AccessKeys.filter(({ Status }) => Status === 'Active').length;
  const unread = sums.UnreadRootUsers;
  return html`<section aria-labelledby="totals">
<h2 id="totals">Totals</h2>
<dl class="totals">
${total('Accounts', count(scan.Accounts.length))}${total('IAM users', count(sums.Users))}${total('Users with a violation', count(sums.UsersWithViolations))}${sums.Rules.map((rule) => total(`Violations of ${rule.Rule}`, count(rule.Violations), `of ${countOf(rule.Results, 'result')}`))}${total('Access keys', count(sums.AccessKeys.length), `${count(active)} active, ${count(sums.AccessKeys.length - active)} not active`)}${total('Root users with access keys', count(sums.RootUsersWithAccessKeys.length), unread === 0 ? '' : `${count(unread)} unknown`)}${total('Failures', count(scan.Failures.length))}</dl>
</section>`;
};

const withoutResult = ({ AccountId, UserName, Rule, Change }: EarlierViolation): Html =>
  html`<li>${Change}: <bdi>${AccountId}</bdi>, user <bdi>${UserName}</bdi>, ${Rule}</li>
`;

/** Renders what changed since the earlier scan, and the violations that have no row in the table. */
const comparison = (scan: Scan): Html | string => {
  const { Comparison } = scan;
  if (Comparison === undefined) return '';
  const { Changes, WithoutResult } = Comparison;
  const missing =
    WithoutResult.length === 0
      ? ''
      : html`<p>Violations of the earlier scan that have no result now. A resolved one belongs to a user that no longer exists:</p>
${list(WithoutResult.map(withoutResult))}`;
  return html`<section aria-labelledby="changes">
<h2 id="changes">Changes since ${instantOf(Comparison.ScanTime)}</h2>
<dl class="totals">
${Object.entries(Changes).map(([change, violations]) => total(`${change} violations`, count(violations)))}</dl>
${comparisonNotes(scan, Comparison).map(
  (note) => html`<p>${note}</p>
`,
)}${missing}
</section>`;
};

const parameters = ({ Parameters }: Scan): Html =>
  html`<section aria-labelledby="parameters">
<h2 id="parameters">Parameters</h2>
<div class="side-by-side">${Object.entries(Parameters).map(
    ([rule, values]) => html`<table class="parameters">
<caption>${rule}</caption>
<thead><tr><th scope="col">Parameter</th><th scope="col">Value</th></tr></thead>
<tbody>${Object.entries(values).map(
      ([name, value]) =>
        html`<tr><th scope="row">${name}</th><td><bdi>${JSON.stringify(value) ?? 'not set'}</bdi></td></tr>
`,
    )}</tbody>
</table>`,
  )}</div>
</section>`;

/** Renders everything except the table of results. It needs no JavaScript. */
export const renderSummary = (scan: Scan): Html => {
  const sums = totalsOf(scan);
  const active = sums.AccessKeys.filter(({ Status }) => Status === 'Active');
  return html`${failures(scan)}
${rootUsers(sums)}
${totals(scan, sums)}
${comparison(scan)}
<section aria-labelledby="accounts">
<h2 id="accounts">Results by account</h2>
${accountChart(sums.Accounts)}
</section>
<section aria-labelledby="keys">
<h2 id="keys">Age and idle time of active access keys</h2>
<div class="side-by-side">
${barChart('Days since the creation', agesOf(active, scan.ScanTime))}
${barChart('Days since the last use', idleTimesOf(active, scan.ScanTime))}
</div>
</section>
${parameters(scan)}`;
};
