import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { builtCodeOf, bundle, ENTRIES, REPOSITORY } from '../../infra/functions/bundle.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { synthesize } from '../infra/synthesize.ts';
import { exampleOf, examplesOf } from '../support/docs-examples.ts';
import { install, run } from './run.ts';

/** A project that installs only the tarball and the lowest versions that it allows. */
const app = mkdtempSync(path.join(tmpdir(), 'package-'));
afterAll(() => rmSync(app, { recursive: true }));

const tarball = inject('tarball');

/** The lowest version of a range such as `^2.269.0`. */
const lowest = ([name, range]: [string, string]) => `${name}@${range.replace(/^\^/, '')}`;

const { typescript, '@types/node': nodeTypes } = packageJson.devDependencies;

/** The oldest TypeScript that knows NoInfer, which the types of the package use. */
const LOWEST_TYPESCRIPT = '5.4.5';

const [stack = '', parts = ''] = examplesOf('docs/ways-in.md', 'ts');

const Sbom = v.object({
  components: v.array(
    v.object({
      'bom-ref': v.string(),
      licenses: v.array(v.object({ license: v.object({ id: v.string() }) })),
      hashes: v.array(v.unknown()),
    }),
  ),
});

const write = (file: string, content: string) => writeFileSync(path.join(app, file), content);

beforeAll(() => {
  write('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }));
  install(
    app,
    tarball,
    ...Object.entries(packageJson.peerDependencies).map(lowest),
    `typescript@${typescript}`,
    `lowest-typescript@npm:typescript@${LOWEST_TYPESCRIPT}`,
    `@types/node@${nodeTypes}`,
  );
  write('module.ts', stack);
  write('compiled.cts', stack);
  write('required.cjs', exampleOf('docs/ways-in.md', 'js'));
  write('parts.ts', parts);
  // A misspelt property must not compile.
  const wrong = '\n// @ts-expect-error: no such property\n{ logRetention: 30 }';
  write('wrong.ts', parts.replace(/(?<='Planner', )settings/, wrong));
});

/** Synthesizes a stack with a script of the project. */
const synthesizeIn = (script: string, stack: string, context = {}) => {
  const out = `${script}.out`;
  run(app, [process.execPath, script], {
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_OUTDIR: path.join(app, out),
    CDK_VALIDATION: 'false',
  });
  return JSON.parse(readFileSync(path.join(app, out, `${stack}.template.json`), 'utf8'));
};

describe('the tarball', () => {
  it('contains the constructs, the functions, the runbooks and the documentation', () => {
    const files = run(app, ['tar', '-tzf', tarball]).trim().split('\n');
    const others = files.filter(
      (file) => !/^package\/dist\/(infra|rule)\/[\w/-]+\.(js|d\.ts)$/.test(file),
    );

    expect(files).toContain('package/dist/infra/index.d.ts');
    expect(others.sort()).toEqual(
      [
        ...ENTRIES.flatMap((entry) =>
          ['index.mjs', 'NOTICE'].map((file) => `dist/${builtCodeOf(entry)}/${file}`),
        ),
        'dist/NOTICE',
        'dist/package.json',
        'dist/sbom.cdx.json',
        ...readdirSync(`${REPOSITORY}remediation/runbooks`)
          .filter((file) => file.endsWith('.yaml'))
          .map((file) => `dist/remediation/runbooks/${file}`),
        ...readdirSync(`${REPOSITORY}remediation/runbooks/scripts`).map(
          (file) => `dist/remediation/runbooks/scripts/${file}`,
        ),
        ...readdirSync(`${REPOSITORY}docs`, { recursive: true, encoding: 'utf8' })
          .filter((file) => /\.(md|json|svg)$/.test(file))
          .map((file) => `docs/${file}`),
        ...[
          'CHANGELOG.md',
          'CONTRIBUTING.md',
          'LICENSE',
          'README.md',
          'SECURITY.md',
          'package.json',
        ],
      ]
        .map((file) => `package/${file}`)
        .sort(),
    );
  });

  it('contains and needs only packages with a permissive license, and lists them', () => {
    const sbom = run(app, ['tar', '-xzOf', tarball, 'package/dist/sbom.cdx.json']);
    const notice = run(app, ['tar', '-xzOf', tarball, 'package/dist/NOTICE']);
    const { components } = v.parse(Sbom, JSON.parse(sbom));
    const bundled = ENTRIES.flatMap((entry) => bundle(entry).packages);
    const needed = Object.entries(packageJson.dependencies).map(([name, version]) => ({
      ...{ name, version },
    }));
    const refs = [...bundled, ...needed].map(({ name, version }) => `${name}@${version}`);

    expect(components.map((one) => one['bom-ref']).toSorted()).toEqual(
      [...new Set(refs)].toSorted(),
    );
    for (const { 'bom-ref': ref, licenses, hashes } of components) {
      expect(licenses.map(({ license }) => license.id).join(), ref).toMatch(
        /^(MIT|ISC|Apache-2\.0)$/,
      );
      expect(hashes, ref).toHaveLength(1);
    }
    for (const { name, version } of bundled) expect(notice).toContain(`\n${name} ${version} (`);
  });

  it('contains no tests, no local account and no preflight', () => {
    const files = run(app, ['tar', '-tzf', tarball]);

    expect(files).not.toMatch(/\/(local|test|preflight)\//);
  });
});

describe('an empty project that installs the tarball', () => {
  it('installs neither the bundler nor an SDK', () => {
    const installed = readdirSync(path.join(app, 'node_modules'));

    expect(installed).toContain(packageJson.name);
    expect(installed).not.toContain('esbuild');
    expect(installed).not.toContain('@aws-sdk');
  });

  it.each([
    ['nodenext', 'typescript', '--module nodenext --skipLibCheck false'],
    ['node16', 'typescript', '--module node16 --skipLibCheck --noEmit'],
    ['bundler', 'typescript', '--module esnext --moduleResolution bundler --skipLibCheck --noEmit'],
    [
      'node10',
      'lowest-typescript',
      '--module commonjs --moduleResolution node10 --skipLibCheck --noEmit',
    ],
  ])(
    'compiles the examples with %s, and refuses an unknown property',
    (_, compiler, resolution) => {
      const tsc = `node_modules/${compiler}/bin/tsc`;
      const options = `${resolution} --strict --types node --target es2022`.split(' ');
      const files = ['module.ts', 'compiled.cts', 'parts.ts', 'wrong.ts'];

      expect(run(app, [process.execPath, tsc, ...options, ...files])).toBe('');
    },
  );

  it.each(['module.js', 'compiled.cjs', 'required.cjs'])(
    'synthesizes the same template as this repository, from %s',
    (script) => {
      const template = synthesizeIn(script, 'IamUserSingleAccessKey', cdk.context);

      expect(template).toEqual(
        synthesize({ maximumExecutionFrequency: 'Six_Hours' }).template.toJSON(),
      );
    },
  );

  it('synthesizes the same resources without our feature flags', () => {
    const idsAndTypes = ({ Resources }: ReturnType<typeof synthesizeIn>) =>
      Object.entries<{ Type: string }>(Resources).map(([id, { Type }]) => [id, Type]);
    const withFlags = synthesizeIn('parts.js', 'Security', cdk.context);
    const without = synthesizeIn('parts.js', 'Security');

    expect(idsAndTypes(without)).toEqual(idsAndTypes(withFlags));
  });
});
