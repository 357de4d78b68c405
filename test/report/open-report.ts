import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { renderReport } from '../../infra/scan/report/report.ts';
import type { Scan } from '../../infra/scan/result.ts';

/** The folder of the reports, screenshots and PDF files. Git ignores it. */
export const OUTPUT = fileURLToPath(new URL('output/', import.meta.url));

const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Starts the Chromium of the machine: that of Debian, or the one that `CHROMIUM` names. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: QUIET });

/** Renders a scan and writes it to a file. Returns the address of the file. */
export const writeReport = (name: string, scan: Scan): string => {
  mkdirSync(OUTPUT, { recursive: true });
  const file = path.join(OUTPUT, `${name}.html`);
  writeFileSync(file, renderReport(scan));
  return pathToFileURL(file).href;
};

/** A report in a browser, and what it must not do: write to the console, throw, violate its policy, or call another address. */
export type OpenReport = { readonly page: Page; readonly faults: readonly string[] };

/** Opens a report. */
export const openReport = async (
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenReport> => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => faults.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (request.url() !== address) faults.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { page, faults };
};
