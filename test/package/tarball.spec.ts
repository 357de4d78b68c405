import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { builtCodeOf, bundle, ENTRIES, REPOSITORY } from '../../infra/functions/bundle.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { synthesize } from '../infra/synthesize.ts';
import { exampleOf } from '../support/docs-examples.ts';

/** A project that installs only the tarball and the lowest versions that it allows. */
const app = mkdtempSync(path.join(tmpdir(), 'package-'));
afterAll(() => rmSync(app, { recursive: true }));

/** The environment without the variables of `npm run`, which a nested npm would read as its own options. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
);

/** Runs a command and returns its output. */
const run = (directory: string, [command = '', ...args]: string[], extra = {}): string => {
  const env = { ...environment, ...extra };
  const ran = spawnSync(command, args, { cwd: directory, env, encoding: 'utf8' });
  if (ran.status === 0) return ran.stdout;
  throw new Error(`${command} ${args.join(' ')}: ${ran.error ?? ''}${ran.stdout}${ran.stderr}`);
};

const tarball = () => {
  const [file, ...others] = readdirSync(app).filter((name) => name.endsWith('.tgz'));
  if (file === undefined || others.length > 0) throw new Error('expected exactly one tarball');
  return `./${file}`;
};

/** The lowest version of a range such as `^2.269.0`. */
const lowest = ([name, range]: [string, string]) => `${name}@${range.replace(/^\^/, '')}`;

const { typescript, '@types/node': nodeTypes } = packageJson.devDependencies;

const parts = exampleOf('docs/ways-in.md', 'ts');

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
  run(REPOSITORY, ['npm', 'run', 'package', '--', '--pack-destination', app]);
  write('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }));
  const packages = [
    tarball(),
    ...Object.entries(packageJson.peerDependencies).map(lowest),
    `typescript@${typescript}`,
    `@types/node@${nodeTypes}`,
  ];
  run(app, ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packages]);
  write('readme.ts', exampleOf('README.md', 'ts'));
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
    const files = run(app, ['tar', '-tzf', tarball()]).trim().split('\n');
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
        'dist/sbom.cdx.json',
        ...readdirSync(`${REPOSITORY}remediation/runbooks`)
          .filter((file) => file.endsWith('.yaml'))
          .map((file) => `dist/remediation/runbooks/${file}`),
        ...readdirSync(`${REPOSITORY}remediation/runbooks/scripts`).map(
          (file) => `dist/remediation/runbooks/scripts/${file}`,
        ),
        ...readdirSync(`${REPOSITORY}docs`, { recursive: true, encoding: 'utf8' })
          .filter((file) => /\.(md|json)$/.test(file))
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
    const sbom = run(app, ['tar', '-xzOf', tarball(), 'package/dist/sbom.cdx.json']);
    const notice = run(app, ['tar', '-xzOf', tarball(), 'package/dist/NOTICE']);
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
    const files = run(app, ['tar', '-tzf', tarball()]);

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

  it('compiles the examples and refuses an unknown property', () => {
    const options = '--strict --skipLibCheck false --types node --module nodenext --target es2023';
    const files = ['readme.ts', 'parts.ts', 'wrong.ts'];

    expect(run(app, ['npx', 'tsc', ...options.split(' '), ...files])).toBe('');
  });

  it('synthesizes the same template as this repository', () => {
    const template = synthesizeIn('readme.js', 'IamUserSingleAccessKey', cdk.context);

    expect(template).toEqual(
      synthesize({ maximumExecutionFrequency: 'Six_Hours' }).template.toJSON(),
    );
  });

  it('synthesizes the same resources without our feature flags', () => {
    const idsAndTypes = ({ Resources }: ReturnType<typeof synthesizeIn>) =>
      Object.entries<{ Type: string }>(Resources).map(([id, { Type }]) => [id, Type]);
    const withFlags = synthesizeIn('parts.js', 'Security', cdk.context);
    const without = synthesizeIn('parts.js', 'Security');

    expect(idsAndTypes(without)).toEqual(idsAndTypes(withFlags));
  });

  it('can be required by an app in CommonJS', () => {
    const script = `console.log(Object.keys(require('${packageJson.name}')).join())`;

    expect(run(app, [process.execPath, '--no-warnings', '-e', script])).toContain(
      'SingleAccessKeyStack',
    );
  });
});
