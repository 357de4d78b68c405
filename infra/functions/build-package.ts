import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };
import { runScript } from '../command-line.ts';
import { builtCodeOf, bundle, ENTRIES, REPOSITORY, writeBundle } from './bundle.ts';
import { noticeOf } from './notices.ts';
import { sbomOf } from './sbom.ts';

const USAGE = `npm run build

Writes the package into dist: the compiled constructs, the bundled functions and
the runbooks, with the license notices and the software bill of materials.
npm run template writes the template.`;

const dist = `${REPOSITORY}dist/`;

/** Compiles the constructs. The sources are ES modules. The package is CommonJS, which every app can load, and also Jest. */
const compile = (): void => {
  execFileSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: REPOSITORY, stdio: 'inherit' });
  buildSync({
    entryPoints: [`${dist}**/*.js`],
    outdir: dist,
    allowOverwrite: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    define: { 'import.meta.url': 'moduleUrl' },
    banner: {
      js: "'use strict';const moduleUrl=require('node:url').pathToFileURL(__filename).href;",
    },
    logLevel: 'warning',
  });
  writeFileSync(`${dist}package.json`, '{ "type": "commonjs" }\n');
};

/** Writes what the constructs read: the bundled functions and the runbooks. */
const writeCode = (): void => {
  for (const entry of ENTRIES) {
    const directory = `${dist}${builtCodeOf(entry)}`;
    mkdirSync(directory, { recursive: true });
    writeBundle(entry, directory);
  }
  const files = readdirSync(`${REPOSITORY}remediation/runbooks`, {
    recursive: true,
    encoding: 'utf8',
  });
  for (const file of files.filter((file) => /\.(yaml|py)$/.test(file)))
    cpSync(`${REPOSITORY}remediation/runbooks/${file}`, `${dist}remediation/runbooks/${file}`);
};

/** Writes the license notices and the software bill of materials. */
const writeNotices = (): void => {
  const packages = ENTRIES.flatMap((entry) => bundle(entry).packages);
  writeFileSync(`${dist}NOTICE`, noticeOf(packages));
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
  const bom = execFileSync('npm', args, { cwd: REPOSITORY, encoding: 'utf8' });
  const ids = [
    ...packages.map(({ name, version }) => `${name}@${version}`),
    ...Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`),
  ];
  const sbom = sbomOf(JSON.parse(bom), new Set(ids));
  writeFileSync(`${dist}sbom.cdx.json`, `${JSON.stringify(sbom, undefined, 2)}\n`);
};

await runScript(USAGE, () => {
  parseArgs();
  for (const folder of ['infra', 'rule', 'remediation', 'functions'])
    rmSync(`${dist}${folder}`, { recursive: true, force: true });
  compile();
  writeCode();
  writeNotices();
});
