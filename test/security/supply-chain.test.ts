import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { transformSync } from 'esbuild';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { bundle, ENTRIES, REPOSITORY } from '../../infra/functions/bundle.ts';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };

const Locked = v.record(
  v.string(),
  v.looseObject({
    version: v.string(),
    integrity: v.optional(v.string()),
    resolved: v.optional(v.string()),
    link: v.optional(v.boolean()),
    hasInstallScript: v.optional(v.boolean()),
    inBundle: v.optional(v.boolean()),
    dev: v.optional(v.boolean()),
    license: v.optional(v.string()),
  }),
);
const { '': own, ...packages } = v.parse(Locked, lock.packages);
const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

describe('a dependency', () => {
  it('has an exact version in the manifest', () => {
    for (const [name, version] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
    }))
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('has an integrity hash and comes from the registry', () => {
    expect(own?.version).toBe(manifest.version);
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    for (const [name, { integrity, resolved, link, inBundle }] of Object.entries(packages)) {
      // The hash of a package covers the packages that it bundles.
      if (inBundle !== true) expect(integrity, name).toMatch(/^sha512-[\w+/]{86}==$/);
      expect([resolved, link], name).toEqual([undefined, undefined]);
    }
  });

  it('runs no script when it is installed', () => {
    expect(readFileSync(`${REPOSITORY}.npmrc`, 'utf8')).toMatch(/^ignore-scripts=true$/m);
    const withScript = Object.entries(packages).filter(([, one]) => one.hasInstallScript);
    // It also works without its script, which makes the start of its command faster.
    expect(withScript.map(([name]) => name)).toEqual(['node_modules/esbuild']);
  });

  it('has a permissive license, unless only development needs it', () => {
    const licenses = Object.entries(packages).map(([name, { dev, license }]) => ({
      ...{ name: name.replace(/^.*node_modules\//, ''), dev, license },
    }));
    const copyleft = licenses.filter(({ license = 'none' }) => /GPL|none/.test(license));
    expect(copyleft.map(({ name, license }) => `${name} ${license}`)).toEqual([
      '@cloud-copilot/iam-policy AGPL-3.0-or-later',
      '@cloud-copilot/iam-simulate AGPL-3.0-or-later',
      '@cloud-copilot/iam-utils AGPL-3.0-or-later',
      'case (MIT OR GPL-3.0-or-later)',
    ]);
    for (const { name, dev, license } of licenses)
      if (dev !== true) expect(license, name).toMatch(/^(MIT|ISC|Apache-2\.0)$/);
    for (const { packages } of ENTRIES.map((entry) => bundle(entry)))
      for (const { name, license } of packages)
        expect(license, name).toMatch(/^(MIT|Apache-2\.0)$/);
  });

  it('is downloaded with its hash by .ci/run too', () => {
    const script = readFileSync(`${REPOSITORY}.ci/run`, 'utf8');
    expect(script).not.toMatch(/npm (install|i|exec)|npx (-y|--yes)|curl|wget/);
    const downloads = script.match(/npm pack \S+@/g) ?? [];
    expect(script.match(/^echo "[0-9a-f]{128} {2}\S+" \| sha512sum --check/gm)).toHaveLength(
      downloads.length,
    );
  });
});

/** Returns the packages that a file imports. */
const importsIn = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\s(?!type)(?:[^;]*?from )?'([^'.][^']*)'/gm,
    ),
  ]
    .map((match) => String(match[1]))
    .map((from) =>
      from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/'),
    );
const filesIn = (folder: string, end: string) =>
  readdirSync(`${REPOSITORY}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => `${REPOSITORY}${folder}/${file}`);

/** Removes types and comments. */
const codeIn = (text: string): string => transformSync(text, { loader: 'ts' }).code;

/** What can evaluate text as code, or lead to something that can. Modules such as `node:vm` are not among the imports. */
const TEXT_AS_CODE =
  /\b(eval|Function|constructor|WebAssembly|Reflect|global|globalThis|require|createRequire)\b|\bimport\s*\(|\bprocess\.(?!env\b|stdout\b)|\bset(Timeout|Interval|Immediate)\(\s*["'`]/;

describe('the deployed code', () => {
  it('imports only declared packages and the timers of Node', () => {
    const imported = ['rule', 'remediation'].flatMap((folder) =>
      filesIn(folder, '.ts').flatMap(importsIn),
    );
    const others = [...new Set(imported)].filter((name) => !name.startsWith('@aws-sdk/client-'));
    expect(others.toSorted()).toEqual([
      '@aws-sdk/credential-provider-env',
      '@smithy/core',
      'node:timers',
      'p-map',
      'valibot',
    ]);
    for (const name of new Set(imported))
      if (!builtinModules.includes(name.replace('node:', '')))
        expect(declared, name).toContain(name);
  });

  it('evaluates no text as code', () => {
    for (const file of ['rule', 'remediation'].flatMap((folder) => filesIn(folder, '.ts')))
      expect(codeIn(readFileSync(file, 'utf8')), file).not.toMatch(TEXT_AS_CODE);
  });

  it.each([
    ...['eval(text)', 'const run = eval; run(text)', '(0, eval)(text)', 'Function(text)()'],
    ...['new Function(text)()', '(() => {}).constructor(text)()', 'import(text)', 'import (text)'],
    ...["(async () => {})['constructor'](text)()", 'const { constructor: make } = run; make(text)'],
    ...['globalThis[text]', 'require(text)', 'setTimeout("text", 1)', 'setInterval(`${text}`, 1)'],
    ...['process.getBuiltinModule(text)', 'new WebAssembly.Module(text)', 'Reflect.get(run, text)'],
  ])('could not contain %s', (text) => {
    expect(codeIn(text)).toMatch(TEXT_AS_CODE);
  });

  it('has runbook scripts that import only the standard library and boto3', () => {
    const imported = filesIn('remediation/runbooks/scripts', '.py').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^\s*(?:import|from) ([\w.]+)/gm)].map(
        ([, name]) => name,
      ),
    );
    expect([...new Set(imported)].toSorted()).toEqual([
      'boto3',
      'botocore.config',
      'json',
      're',
      'time',
    ]);
    for (const file of filesIn('remediation/runbooks/scripts', '.py'))
      expect(readFileSync(file, 'utf8'), file).not.toMatch(
        /\b(eval|exec|compile|__import__|globals|subprocess|os\.system)\b/,
      );
  });
});
