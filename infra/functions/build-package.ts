import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import manifest from '../../package.json' with { type: 'json' };
import { builtCodeOf, bundle, ENTRIES, REPOSITORY, writeBundle } from './bundle.ts';
import { noticeOf } from './notices.ts';
import { sbomOf } from './sbom.ts';

// The first step of `npm run build`: writes the bundled functions and the runbooks into dist, where the constructs of
// the package read them, with the license notices and the software bill of materials. The second step compiles the
// constructs. `npm run template` writes the template.

const dist = `${REPOSITORY}dist/`;

for (const folder of ['infra', 'rule', 'remediation', 'functions'])
  rmSync(`${dist}${folder}`, { recursive: true, force: true });
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
