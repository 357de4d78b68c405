import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../../infra/scan/report/report.ts';
import { renderSummary } from '../../../../infra/scan/report/summary.ts';
import { createScan } from '../../../support/scans.ts';

const scan = createScan({ users: 150, accounts: 25, failures: 12 });
const report = renderReport(scan);

/** Returns the content of each element with this start tag. */
const contentsOf = (start: string, end: string): string[] =>
  report
    .split(start)
    .slice(1)
    .map((part) => part.slice(0, part.indexOf(end)));

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Replaces every text of a value. */
const withTexts = (value: unknown, text: string): unknown => {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? value : text;
  if (Array.isArray(value)) return value.map((one) => withTexts(one, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withTexts(one, text)]),
  );
};

describe('the report', () => {
  it('allows only its own style and script', () => {
    const [style = '', ...styles] = contentsOf('<style>', '</style>');
    const [script = '', ...scripts] = contentsOf('<script>', '</script>');
    const [policy] = contentsOf('http-equiv="Content-Security-Policy" content="', '"');

    expect([styles, scripts]).toEqual([[], []]);
    expect(policy?.replaceAll('&#39;', "'").split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hashOf(style)}`,
      `script-src ${hashOf(script)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  it('has no inline style, no event handler and no address', () => {
    const [body = ''] = report.split('<script type=').map((part) => part.split('</style>').pop());

    expect(body).not.toMatch(/<[^>]* (style|on\w+|src)=/);
    expect(body.match(/href="[^"]*"/g)).toEqual(['href="#results"']);
    expect(report).not.toMatch(/@import|url\(|sourceMappingURL/);
  });

  it('contains the scan as JSON', () => {
    const [json = ''] = contentsOf('<script type="application/json" id="scan">', '</script>');

    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(scan)));
  });

  it('is the same for the same scan', () => {
    expect(renderReport(scan)).toBe(report);
  });

  it('has the same markup with every text, so that no text is markup', () => {
    const tagsOf = (one: typeof scan) => renderSummary(one).markup.match(/<[^>]*>/g);
    const small = createScan({ users: 3, accounts: 2, failures: 2 });
    const plain = tagsOf(withTexts(small, 'text') as typeof scan);

    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>"\'&=/ax\u0000') }), (text) => {
        expect(tagsOf(withTexts(small, text) as typeof scan)).toEqual(plain);
      }),
    );
  });
});

describe('failures', () => {
  it('come first, with their number', () => {
    const { markup } = renderSummary(scan);

    expect(markup.startsWith('<section class="callout" aria-labelledby="failures">')).toBe(true);
    expect(markup).toContain('The scan is incomplete: 12 failures</h2>');
    expect(markup).toContain('<details><summary>2 more</summary>');
  });

  it('are not mentioned as a warning if there are none', () => {
    const { markup } = renderSummary({ ...scan, Failures: [] });

    expect(markup).not.toContain('incomplete');
    expect(markup).toContain('The scan has no failures.');
  });
});

describe('root users with access keys', () => {
  it.each([true, false])('are named only if there are any: %s', (RootUserHasAccessKeys) => {
    const Accounts = [{ AccountId: '111111111111', Users: 1, RootUserHasAccessKeys }];

    expect(
      renderSummary({ ...scan, Accounts }).markup.includes('1 root user with access keys'),
    ).toBe(RootUserHasAccessKeys);
  });
});

describe('the report of a comparison', () => {
  const Comparison = {
    ScanTime: '2025-12-31T00:00:00.000Z',
    Parameters: { ...scan.Parameters, 'iam-user-single-access-key': { minimumIdleDays: 30 } },
    Failures: 2,
    AddedAccounts: ['111122223334'],
    Changes: { New: 3, Unchanged: 1200, Resolved: 4, Unknown: 5 },
    WithoutResult: [
      {
        ...{ AccountId: '111122223333', UserName: '<b>gone</b>', UserId: 'AIDAGONE' },
        ...{ Rule: 'iam-user-single-access-key', Annotation: '', Change: 'Resolved' as const },
      },
    ],
  };
  const { markup } = renderSummary({ ...scan, Comparison });

  it('shows the date of the earlier scan, and how many violations changed', () => {
    expect(markup).toContain('Changes since 2025-12-31 00:00:00 UTC');
    expect(markup).toMatch(/New violations.*?>3</s);
    expect(markup).toMatch(/Unchanged violations.*?>1,200</s);
  });

  it('says what makes the comparison less certain', () => {
    expect(markup).toContain('minimumIdleDays: 30, now 7');
    expect(markup).toContain('The earlier scan has 2 failures.');
    expect(markup).toContain('Not in the earlier scan: 1 account.');
  });

  it('lists the violations that have no result now', () => {
    expect(markup).toContain('&#60;b&#62;gone&#60;/b&#62;');
    expect(markup).not.toContain('<b>gone');
  });

  it('has no such section without a comparison', () => {
    expect(renderSummary(scan).markup).not.toContain('Changes since');
  });
});
