import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import PURE from './pure-files.json' with { type: 'json' };

const repository = fileURLToPath(new URL('..', import.meta.url));

/** The entries of the functions: wiring only. */
const ENTRIES = [
  'rule/single-access-key/index.ts',
  'rule/inactive-access-key/index.ts',
  'rule/key-events/index.ts',
  'rule/security-hub/index.ts',
  'remediation/planner/index.ts',
];

/** The rooms of the rule that the runbook's planner may take from. */
const SHARED_WITH_REMEDIATION =
  /^rule\/(single-access-key|inactive-access-key|evaluation|keys|aws|log|input)\//;

const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

const sourcesIn = (folder: string): string[] =>
  readdirSync(path.join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join(folder, file));

type Import = { readonly from: string; readonly onlyTypes: boolean };

/** The imports of a file, those of ours by their path in the repository. */
const importsOf = (file: string): Import[] =>
  [...read(file).matchAll(/^(?:import|export)\s(type\s)?[^;]*?from '([^']+)'/gm)].map((match) => {
    const from = String(match[2]);
    const own = from.startsWith('.') ? path.posix.join(path.posix.dirname(file), from) : from;
    return { from: own, onlyTypes: match[1] !== undefined };
  });

const own = (file: string): string[] =>
  importsOf(file)
    .map(({ from }) => from)
    .filter((from) => /^(rule|remediation|infra|test)\//.test(from));

const rule = sourcesIn('rule');
const remediation = sourcesIn('remediation');
const infra = sourcesIn('infra');
const product = [...rule, ...remediation, ...infra];

describe('the tree', () => {
  it.each(PURE)('%s decides: it imports nothing that acts, and has no clock', (file) => {
    for (const { from, onlyTypes } of importsOf(file))
      expect(
        onlyTypes || PURE.includes(from) || from === 'valibot',
        `${file} imports ${from}`,
      ).toBe(true);
    expect(read(file)).not.toMatch(
      /\bnew Date\(\)|\bDate\.now\b|\bprocess\.|\bconsole\.|\bawait\b|\bMath\.random\b/,
    );
  });

  it.each(ENTRIES)('%s is wiring: no more than 20 lines, no decision', (file) => {
    expect(read(file).split('\n').length).toBeLessThanOrEqual(20);
    expect(read(file)).not.toMatch(/\bif\b|\?|\bfor\b|\bawait\b/);
  });

  it('rule imports nothing of ours but rule', () => {
    for (const file of rule)
      for (const from of own(file)) expect(from, `in ${file}`).toMatch(/^rule\//);
  });

  it('remediation imports of the rule only what both need', () => {
    for (const file of remediation)
      for (const from of own(file))
        expect(
          from.startsWith('remediation/') || SHARED_WITH_REMEDIATION.test(from),
          `${file} imports ${from}`,
        ).toBe(true);
  });

  it('infra imports of the functions only names: of parameters with their bounds, metrics, key events, severities and IAM Regions', () => {
    for (const file of infra)
      for (const from of own(file))
        expect(from, `in ${file}`).toMatch(
          /^(infra\/|rule\/(evaluation\/parameters|input\/parameter|log\/metrics|aws\/regions|key-events\/(event|settings)|security-hub\/settings)\.ts$)/,
        );
  });

  it('the product imports no test, and so not the simulated account', () => {
    for (const file of product)
      for (const from of own(file)) expect(from, `in ${file}`).not.toMatch(/^test\//);
  });

  it.each(product)('%s is small, and named for what it is', (file) => {
    expect(read(file).split('\n').length - 1).toBeLessThanOrEqual(220);
    expect(path.basename(file)).not.toMatch(/util|helper|common|types|manager|misc/);
    expect(path.basename(file)).toMatch(/^[a-z][a-z-]*\.ts$/);
  });
});
