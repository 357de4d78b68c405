import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
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
});

/** Returns the packages that a file imports. */
const importsIn = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\s(?!type)[^;]*?from '([^'.][^']*)'/gm,
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

  it('evaluates no text as code and starts no process', () => {
    for (const file of ['rule', 'remediation'].flatMap((folder) => filesIn(folder, '.ts')))
      expect(readFileSync(file, 'utf8'), file).not.toMatch(
        /\beval\(|new Function\(|child_process|import\(|node:(vm|fs|net|http)/,
      );
  });

  it('has runbook scripts that import only the standard library and boto3', () => {
    const imported = filesIn('remediation/runbooks/scripts', '.py').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^(?:import|from) ([\w.]+)/gm)].map(
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
      expect(readFileSync(file, 'utf8'), file).not.toMatch(/\b(eval|exec|subprocess|os\.system)\b/);
  });
});
