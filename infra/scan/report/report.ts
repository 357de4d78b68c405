import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Scan } from '../result.ts';
import { Html, html, json } from './html.ts';
import { renderSummary } from './summary.ts';
import { dateOf, instantOf } from './text.ts';

const SCRIPT = fileURLToPath(new URL('browser/main.ts', import.meta.url));
const STYLE = new URL('style.css', import.meta.url);

/** Bundles the script of the page. esbuild escapes `</script` in its output. */
const bundleScript = (): string =>
  buildSync({
    entryPoints: [SCRIPT],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'warning',
  })
    .outputFiles.map(({ text }) => text)
    .join('');

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Returns the policy of the page: it runs this script, applies this style, and loads and sends nothing. Browsers that know
 * Trusted Types refuse to parse a text as markup.
 */
const policyOf = (style: string, script: string): string =>
  [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

/**
 * Renders a scan as one HTML file that needs no other file and no network.
 *
 * Every text of the scan is untrusted. It is escaped in the summary, and is a text node in the table of results, which the
 * script of the page creates from the scan as JSON.
 */
export const renderReport = (scan: Scan): string => {
  const style = readFileSync(STYLE, 'utf8');
  const script = bundleScript();
  const title = `Access keys of IAM users, ${dateOf(scan.ScanTime)}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#results">Skip to the results</a>
<header>
<h1>Access keys of IAM users</h1>
<p>Scanned at <time datetime="${scan.ScanTime}">${instantOf(scan.ScanTime)}</time></p>
</header>
<main>
${renderSummary(scan)}
<section id="results" tabindex="-1" aria-labelledby="results-heading">
<h2 id="results-heading">Results</h2>
<noscript><p>The table of results needs JavaScript. The totals above do not. This file also contains the results as JSON, in the element with the id <code>scan</code>.</p></noscript>
</section>
</main>
<script type="application/json" id="scan">${json(scan)}</script>
<script>${new Html(script)}</script>
</body>
</html>
`.markup;
};
