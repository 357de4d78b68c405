import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visible } from '../../infra/scan/report/text.ts';
import type { Scan, ScanResult } from '../../infra/scan/result.ts';
import { createScan, HOSTILE_TEXTS } from '../support/scans.ts';
import { OUTPUT, openReport, startChromium, writeReport } from './open-report.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const scan = createScan({ users: 500, accounts: 40, failures: 25 });
const violations = scan.Results.filter(({ ComplianceType }) => ComplianceType === 'NON_COMPLIANT');

let browser: Browser;
let address: string;
beforeAll(async () => {
  browser = await startChromium();
  address = writeReport('500-users', scan);
});
afterAll(async () => {
  await browser.close();
});

/** Opens a report, uses it, and expects that it did nothing that it must not do. */
const withReport = async (use: (page: Page) => Promise<void>, options = {}, at = address) => {
  const { page, faults } = await openReport(browser, at, options);
  await use(page);
  expect(faults).toEqual([]);
  await page.context().close();
};

const rows = (page: Page) => page.locator('.results tbody tr');
const cells = (page: Page, heading: string) =>
  page.locator(`.results tbody [data-heading="${heading}"]`).allInnerTexts();
const status = (page: Page) => page.locator('.status').innerText();
const expectStatus = (page: Page, expected: string | RegExp) =>
  expect.poll(() => status(page)).toMatch(expected);
const header = (page: Page, name: string) =>
  page.locator('.results').getByRole('columnheader', { name });
const sortBy = (page: Page, name: string) => header(page, name).getByRole('button').click();
const filter = (page: Page, label: string, value: string) =>
  page.getByRole('combobox', { name: label, exact: true }).selectOption(value);
const search = (page: Page, text: string) =>
  page.getByRole('searchbox', { name: 'Search' }).fill(text);
const number = (text: string | null) => Number(text?.replaceAll(',', ''));
const total = async (page: Page, name: string) =>
  number(
    await page
      .locator('.totals div', { has: page.getByText(name, { exact: true }) })
      .locator('.value')
      .textContent(),
  );
const userOf = ({ AccountId, UserId }: ScanResult) => `${AccountId} ${UserId}`;

describe('the totals', () => {
  it('equal those of the JSON in the page', () =>
    withReport(async (page) => {
      const json = await page.locator('#scan').textContent();
      const inPage: Scan = JSON.parse(json ?? '');
      const keys = new Set(
        inPage.Results.flatMap(({ AccessKeys }) =>
          AccessKeys.map(({ AccessKeyId }) => AccessKeyId),
        ),
      );

      expect(inPage).toEqual(JSON.parse(JSON.stringify(scan)));
      expect(await total(page, 'Accounts')).toBe(inPage.Accounts.length);
      expect(await total(page, 'IAM users')).toBe(500);
      expect(await total(page, 'Users with a violation')).toBe(
        new Set(violations.map(userOf)).size,
      );
      for (const rule of Object.keys(inPage.Parameters))
        expect(await total(page, `Violations of ${rule}`)).toBe(
          violations.filter(({ Rule }) => Rule === rule).length,
        );
      expect(await total(page, 'Access keys')).toBe(keys.size);
      expect(await total(page, 'Failures')).toBe(25);
      const bars = await page.locator('.accounts tbody td:last-child').allInnerTexts();
      expect(bars.map(number).reduce((sum, value) => sum + value)).toBe(violations.length);
    }));

  it('and the failures need no JavaScript', () =>
    withReport(
      async (page) => {
        expect(await total(page, 'IAM users')).toBe(500);
        expect(await page.getByRole('heading', { level: 2 }).first().innerText()).toBe(
          'The scan is incomplete: 25 failures',
        );
        expect(await page.locator('noscript').innerText()).toContain('needs JavaScript');
      },
      { javaScriptEnabled: false },
    ));
});

describe('the table', () => {
  it('shows violations first, 100 rows at a time', () =>
    withReport(async (page) => {
      expect(await status(page)).toBe('1,000 of 1,000 results: 1 to 100');
      expect(new Set(await cells(page, 'Result'))).toEqual(new Set(['NON_COMPLIANT']));
      await page.getByRole('button', { name: 'Last page' }).click();
      expect(await status(page)).toBe('1,000 of 1,000 results: 901 to 1,000');
      expect(new Set(await cells(page, 'Result'))).toEqual(new Set(['COMPLIANT']));
    }));

  it.each<readonly [string, (result: ScanResult) => string]>([
    ['User', ({ UserName }) => UserName.toLowerCase()],
    ['Account', ({ AccountId }) => AccountId],
    ['Rule', ({ Rule }) => Rule],
    ['Result', ({ ComplianceType }) => ComplianceType],
    ['Recommendation', ({ Recommendation }) => Recommendation.Action],
  ])('sorts by %s', (name, sortValueOf) =>
    withReport(async (page) => {
      const values = scan.Results.map(sortValueOf).toSorted();
      const expectValues = async (expected: readonly string[]) => {
        const shown = await cells(page, name);
        const starts = expected.slice(0, shown.length).map((text) => visible(text).toLowerCase());
        expect(
          shown.map((text, index) => text.toLowerCase().slice(0, starts[index]?.length)),
        ).toEqual(starts);
      };
      await sortBy(page, name);
      await expectValues(values);
      await sortBy(page, name);
      await expectValues(values.toReversed());
    }),
  );

  it('sorts by the idle time of keys, and names the order for a screen reader', () =>
    withReport(async (page) => {
      expect(await header(page, 'Result').getAttribute('aria-sort')).toBe('descending');
      await sortBy(page, 'Access keys');
      expect(await header(page, 'Access keys').getAttribute('aria-sort')).toBe('ascending');
      expect((await cells(page, 'Access keys'))[0]).toBe('none');
      expect(await page.locator('[aria-sort]').count()).toBe(1);
    }));

  it('filters by rule, result, account and recommendation', () =>
    withReport(async (page) => {
      const [one] = violations.filter(({ Recommendation }) => Recommendation.Action === 'Delete');
      const matching = violations.filter(
        ({ Rule, AccountId, Recommendation }) =>
          Rule === one?.Rule && AccountId === one.AccountId && Recommendation.Action === 'Delete',
      );
      await filter(page, 'Rule', one?.Rule ?? '');
      await filter(page, 'Result', 'NON_COMPLIANT');
      await filter(page, 'Account', one?.AccountId ?? '');
      await filter(page, 'Recommendation', 'Delete');

      expect(await status(page)).toBe(
        `${matching.length} of 1,000 results: 1 to ${matching.length}`,
      );
      expect(await rows(page).count()).toBe(matching.length);
      await page.getByRole('button', { name: 'Clear' }).click();
      expect(await status(page)).toBe('1,000 of 1,000 results: 1 to 100');
    }));

  it('searches every text, in upper or lower case', () =>
    withReport(async (page) => {
      const [key] = violations.flatMap(({ AccessKeys }) => AccessKeys);
      await search(page, key?.AccessKeyId.toLowerCase() ?? '');
      await expectStatus(page, /^2 of/);
      await search(page, 'RULE no-such-text');
      await expectStatus(page, /^0 of 1,000 results$/);
      expect(await rows(page).count()).toBe(0);
    }));

  it('copies a command exactly', () =>
    withReport(async (page) => {
      await filter(page, 'Recommendation', 'Deactivate');
      const row = rows(page).first();
      const user = await row.getByRole('rowheader').innerText();
      const { Recommendation } =
        violations.find(
          (one) => one.UserName === user && one.Recommendation.Action === 'Deactivate',
        ) ?? {};
      await row.getByRole('button', { name: 'Copy' }).click();
      await row.getByText('Copied').waitFor();

      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        Recommendation?.Command,
      );
      expect(await row.locator('.command').textContent()).toBe(Recommendation?.Command);
    }));

  it('selects the command if the browser refuses the clipboard', () =>
    withReport(async (page) => {
      await page.evaluate(() => {
        navigator.clipboard.writeText = () =>
          Promise.reject(new DOMException('no', 'NotAllowedError'));
      });
      const row = rows(page).first();
      await row.getByRole('button', { name: 'Copy' }).click();
      await page.getByText('The command is selected.').waitFor({ state: 'attached' });
      expect(await page.evaluate(() => getSelection()?.toString())).toBe(
        await row.locator('.command').innerText(),
      );
    }));

  it('shows how results changed if the scan was compared', () =>
    withReport(
      async (page) => {
        await filter(page, 'Change', 'New');
        expect(await cells(page, 'Change')).toEqual(['New']);
        const evidence = await page.locator('th[data-heading="Evidence"]').boundingBox();
        expect(evidence?.width).toBeGreaterThan(160);
      },
      {},
      writeReport('compared', {
        ...scan,
        Results: violations.map((result, index) => ({
          ...{ ...result, Change: index === 7 ? 'New' : 'Unchanged' },
        })),
      }),
    ));
});

describe('a hostile text', () => {
  it('is shown, and never executed', () =>
    withReport(async (page) => {
      for (const text of ['<img src=x', '</script><script>', '<svg/onload', '__proto__']) {
        await search(page, text);
        await expect.poll(async () => (await cells(page, 'User')).join()).toContain(text);
      }
      expect(await page.locator('main :is(img, script, b), main svg[onload]').count()).toBe(0);
      expect(await page.title()).toBe('Access keys of IAM users, 2026-01-31');
      expect(HOSTILE_TEXTS.length).toBeLessThan(scan.Results.length / 14);
    }));

  it('shows characters that hide or reorder others as escapes', () =>
    withReport(async (page) => {
      await search(page, 'txt.exe');
      await expectStatus(page, /^\d+ of/);
      expect(await cells(page, 'User')).toContain(String.raw`\u{202e}txt.exe\u{2066}`);
      expect(await page.locator('main').innerText()).not.toMatch(
        /[\u202e\u2066\u200b\ufeff\u2028]/,
      );
    }));
});

describe('the page', () => {
  it('refuses to parse a text as markup', async () => {
    const { page, faults } = await openReport(browser, address);
    const parse = () => {
      document.body.innerHTML = '<p>text</p>';
    };

    await expect(page.evaluate(parse)).rejects.toThrow('TrustedHTML');
    expect(faults.join()).toContain('TrustedHTML');
    await page.context().close();
  });

  it('is used by keyboard', () =>
    withReport(async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Skip to the results');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.type('deploy');
      await expectStatus(page, /^\d+ of/);
      for (let control = 0; control < 5; control += 1) await page.keyboard.press('Tab');
      expect(await focused()).toBe('Clear');
      await page.keyboard.press('Enter');
      for (let control = 0; control < 3; control += 1) await page.keyboard.press('Tab');
      expect(await focused()).toBe('Next');
      await page.keyboard.press('Enter');
      expect(await status(page)).toBe('1,000 of 1,000 results: 101 to 200');
      expect(await focused()).toBe('Next');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('User');
      await page.keyboard.press('Space');
      expect(await header(page, 'User').getAttribute('aria-sort')).toBe('ascending');
    }));

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 400, height: 900 } }],
  ] as const)('has no accessibility problem that axe finds: %s', (_, options) =>
    withReport(async (page) => {
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        const { violations: problems } = await axe.run();
        return problems.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
      expect(found).toEqual([]);
    }, options),
  );

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['forced', { forcedColors: 'active' }],
    ['narrow', { viewport: { width: 400, height: 900 } }],
    ['narrowest', { viewport: { width: 320, height: 900 } }],
  ] as const)('is not wider than the window: %s', (name, options) =>
    withReport(async (page) => {
      const width = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(await width()).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `${OUTPUT}${name}.png` });
      await page.evaluate(() => document.getElementById('results')?.scrollIntoView());
      await page.screenshot({ path: `${OUTPUT}${name}-results.png` });
    }, options),
  );

  it('prints all selected rows and the filter, and then shows one page again', () =>
    withReport(async (page) => {
      await filter(page, 'Result', 'COMPLIANT');
      await page.evaluate(() => {
        addEventListener('beforeprint', () => {
          const table = document.querySelectorAll('.results tbody tr').length;
          document.title = `${table} ${document.querySelector('.print-only')?.textContent}`;
        });
      });
      await page.pdf({ path: `${OUTPUT}print.pdf`, preferCSSPageSize: true });
      const compliant = 1000 - violations.length;

      expect(await page.title()).toBe(
        `${compliant} ${compliant} of 1,000 results. Filter: Result: COMPLIANT.`,
      );
      expect(await rows(page).count()).toBe(100);
      expect(await page.locator('details:not([open])').count()).toBe(0);
    }));
});

describe('a report of 50,000 users', () => {
  it('has at most 100 rows at a time, and prints 2,000', () => {
    const large = createScan({ users: 50_000, accounts: 1000, failures: 30 });
    return withReport(
      async (page) => {
        expect(await status(page)).toBe('100,000 of 100,000 results: 1 to 100');
        expect(await rows(page).count()).toBe(100);
        expect(await page.locator('*').count()).toBeLessThan(15_000);
        await sortBy(page, 'User');
        await search(page, 'deploy-49');
        await expectStatus(page, /^[\d,]{1,5} of 100,000/);
        expect(await rows(page).count()).toBe(100);
        await page.getByRole('button', { name: 'Clear' }).click();
        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        expect(await rows(page).count()).toBe(2000);
        expect(await page.locator('.print-only').textContent()).toBe(
          '100,000 of 100,000 results. Filter: none. Only the first 2,000 of these are printed.',
        );
        await page.evaluate(() => dispatchEvent(new Event('afterprint')));
        expect(await rows(page).count()).toBe(100);
      },
      {},
      writeReport('50000-users', large),
    );
  });

  it('has no results if the scan has none', () =>
    withReport(
      async (page) => {
        expect(await status(page)).toBe('0 of 0 results');
        expect(await total(page, 'IAM users')).toBe(0);
        expect(await page.getByText('The scan has no failures.').count()).toBe(1);
      },
      {},
      writeReport('empty', { ...scan, Accounts: [], Results: [], Failures: [] }),
    ));
});
